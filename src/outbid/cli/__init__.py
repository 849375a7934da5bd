"""STARTS: reads the settings once, opens the rooms, hands each what it needs."""

from outbid.cli.main import main

__all__ = ["main"]
