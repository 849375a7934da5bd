"""What is counted beside the hot path: what dead lanes left, and why offers were not asked for a sample of leads."""
