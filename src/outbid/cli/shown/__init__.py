"""What people read and write: market files, explanations, tables."""
