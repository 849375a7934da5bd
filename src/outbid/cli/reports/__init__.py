"""Commands that tell what leads came to."""
