"""What forms are drawn from: the shapes of nouns, and the facts that their rules may speak of."""
