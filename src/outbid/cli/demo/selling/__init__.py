"""The example sellers: made-up people, arrivals, calls."""
