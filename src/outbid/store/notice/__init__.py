"""Notices to bidders: batches that are written once, sent, listed, and swept when they expire."""
