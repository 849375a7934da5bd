"""A stand-in for PostgreSQL: tables in memory, row locks, transactions, and the meaning of each of our statements."""
