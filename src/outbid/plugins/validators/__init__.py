"""What is wrong with a lead: one rule a file, each a pure judgement."""
