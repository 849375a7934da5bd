"""Mails and files: carried over connections of their own, under the same refusals as requests."""
