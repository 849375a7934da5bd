"""What is to come: dry runs of changes, and changes that are planned."""
