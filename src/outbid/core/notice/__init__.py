"""What bidders are told of how an auction ended."""
