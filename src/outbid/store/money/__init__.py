"""What money and caps are in the database: the ledger checked, ceilings set, room told."""
