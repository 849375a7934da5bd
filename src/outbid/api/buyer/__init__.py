"""The half of the API that buyers see: their sales, their offers, their money."""
