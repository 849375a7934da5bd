"""The operator's half of the API: the market's nouns, leads, money, jobs, signing in."""
