"""Files of leads: CSV read as people write it, columns that mean fields, and files that are given back."""
