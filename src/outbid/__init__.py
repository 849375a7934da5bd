"""Outbid, the open lead exchange."""

__version__ = "0.1.0"
