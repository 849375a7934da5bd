"""Posting instructions by HTTP: behind the doors, and by links that need no login."""
