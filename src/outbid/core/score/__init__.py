"""What is learned of offers, as numbers that methods rank by."""
