"""The operator's half of the API: who asks, what is said of each route, and the market's nouns."""
