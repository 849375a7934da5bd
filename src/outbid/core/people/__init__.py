"""The people of the house: how they prove who they are."""
