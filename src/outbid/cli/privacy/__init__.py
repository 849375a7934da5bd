"""Commands about persons: who saw what, erasure, traffic; looks at what is personal are put on record."""
