"""What is said over one connection: request heads, replies, one call at a time."""
