"""What rules decided about offers: how it stands, and every step with the figures behind it."""
