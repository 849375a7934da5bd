"""The sealed log as it is stored: chapters to be checked, what they are compared with, and what was dropped of them."""
