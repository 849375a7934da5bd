"""Posting instructions: what a seller has to know to send leads to one source, drawn from the market as it is."""
