"""Commands for what is kept sealed."""
