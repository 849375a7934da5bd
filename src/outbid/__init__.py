"""Outbid, the open lead exchange."""
