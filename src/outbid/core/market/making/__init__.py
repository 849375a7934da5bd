"""Parts of the market made ready, a module for each: fields and checks, enrichers, offers, sources, terms."""
