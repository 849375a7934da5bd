"""Tallies: written from what is committed, counted again after a crash, merged when lanes end, read."""
