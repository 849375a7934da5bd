"""Questions about what is so now, asked by the operator's first page."""
