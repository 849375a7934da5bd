"""Commands about what sources are told and what they send."""
