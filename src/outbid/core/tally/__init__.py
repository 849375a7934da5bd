"""Counters by quarter-hour: what the events of leads add up to."""
