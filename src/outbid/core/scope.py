"""Whose eyes read: every reading function of the store takes a Scope and puts it into its `where`."""

from typing import Literal

import msgspec


class Scope(msgspec.Struct, frozen=True):
    """The part of the house that a reader may see.

    kind    house: everything; seller, source or buyer: only what is theirs
    number  the number of that seller, source or buyer; 0 for the house
    """

    kind: Literal["house", "seller", "source", "buyer"]
    number: int = 0


HOUSE = Scope("house")
