"""Posting instructions written out: programs, Markdown, a page."""
