"""A seller asks for a price before he sends the lead: the ping's own story, and how its lead takes the quote up."""
