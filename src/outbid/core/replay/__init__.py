"""Looking back, and ahead: why each offer got a lead or not, whether decisions repeat, what would become of a lead."""
