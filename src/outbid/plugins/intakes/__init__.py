"""Plugins: intakes, one file each."""
