"""What an exchange process tells those who watch it."""
