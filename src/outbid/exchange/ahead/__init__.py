"""What would become of a lead: everything that a dry run looks up, and nothing that it writes."""
