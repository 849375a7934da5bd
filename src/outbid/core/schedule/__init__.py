"""When something holds: hours of the week, dates, and how a day's leads come."""
