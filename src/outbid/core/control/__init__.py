"""How much a buyer is asked, and what lowers it: limits of his pings, the breaker on his endpoint."""
