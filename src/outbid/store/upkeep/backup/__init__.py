"""A backup is one file: PostgreSQL's own dump of one instant, and a manifest that tells what must be in it."""
