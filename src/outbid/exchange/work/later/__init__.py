"""What was sold before comes to its buyer: he fetches it, it is sent by itself, or it stands in a file."""
