"""The people of the house: who they are, how they come in, and what they set for all of it."""
