"""Suppression lists, at the operator's door and at the buyers'."""
