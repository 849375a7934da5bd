"""The market: what an operator sets (nouns), checked and made ready for use (snapshot)."""
