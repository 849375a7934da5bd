"""What the house itself keeps sealed: the secrets that the market refers to."""
