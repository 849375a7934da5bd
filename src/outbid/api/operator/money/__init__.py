"""Money and caps as the operator sees them: limited accounts, transfers, the trial balance."""
