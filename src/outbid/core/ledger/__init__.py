"""Money and caps, one idea: a cap is a wallet of leads. Hold before a post, capture or release after it."""
