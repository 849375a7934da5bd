"""Jobs: what is done soon, or at an hour, in whatever process takes it; every one may be done again."""
