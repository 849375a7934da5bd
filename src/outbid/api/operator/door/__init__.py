"""Who asks: keys of the house and people with a session, how often, and how they are refused."""
