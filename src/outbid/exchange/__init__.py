"""ACTS: asks core what comes next, does it, writes it down; the only room that speaks to the network."""
