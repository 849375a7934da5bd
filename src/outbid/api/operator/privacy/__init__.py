"""Persons, found by keyed hashes: what is held of them, its export and erasure, and what they ask of the house."""
