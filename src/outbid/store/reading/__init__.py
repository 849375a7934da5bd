"""Questions of people about the market: nouns a page at a time, versions, changes."""
