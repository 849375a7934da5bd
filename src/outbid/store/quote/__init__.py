"""Quotes: what sellers were promised on their pings, durable before they are told."""
