"""Reports as they are run: over the relations of one side, in a transaction that can only read."""
