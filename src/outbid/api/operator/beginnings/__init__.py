"""What an operator begins with instead of nothing: kinds of leads and platforms, as data."""
