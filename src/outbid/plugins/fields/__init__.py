"""What a datum is: one field type a file, each a pure reading of what arrived."""
