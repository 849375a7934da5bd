"""What buyers would say of leads that they were never asked about, learned from what they said of others."""
