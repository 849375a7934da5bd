"""Plugins: deliveries, one file each."""
