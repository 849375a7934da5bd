"""Sources' own addresses, at which sellers are heard and answered in their own tongue."""
