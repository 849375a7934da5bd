"""Who wins: one order of bids a file."""
