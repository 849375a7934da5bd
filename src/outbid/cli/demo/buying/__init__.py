"""The example buyers: what they bid, how they answer."""
