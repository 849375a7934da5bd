"""Leads as the operator sees them: lists, the whole story of one, its personal fields, verdicts on its sales."""
