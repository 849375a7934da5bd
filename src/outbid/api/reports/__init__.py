"""Reports as the house, sellers and buyers ask for them, and the views of them that people of the house keep."""
