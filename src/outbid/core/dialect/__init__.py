"""How others speak: requests and responses, mappings out, replies in."""
