"""Reports: what a report's head declares, which time it is of, and its table made of sums."""
