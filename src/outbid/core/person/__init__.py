"""Who is the same person, and how that is told of a lead."""
