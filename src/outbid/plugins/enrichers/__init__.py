"""Plugins: enrichers, one file each."""
