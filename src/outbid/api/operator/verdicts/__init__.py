"""Verdicts of people: how an uncertain sale ended, what becomes of a lead that is held."""
