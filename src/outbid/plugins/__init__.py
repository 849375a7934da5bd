"""DESCRIBES: one file a plugin; describes traffic and makes none."""
