"""The kinds of nouns that stand at addresses of their own, and how their addresses and sections are called."""

from typing import Final

PLURALS: Final = {
    "seller": "sellers",
    "group": "groups",
    "buyer": "buyers",
    "campaign": "campaigns",
    "source": "sources",
    "offer": "offers",
}
"""Kind → section; keys have routes of their own, for their hashes are told to nobody."""
