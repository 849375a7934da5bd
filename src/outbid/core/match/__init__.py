"""Who may be asked for a lead: the filter language, its index, and the checks of an offer."""
