"""The doors there are: whose keys open each, and how often somebody may ask there."""

from typing import Final

import msgspec


class Door(msgspec.Struct, frozen=True):
    """A door. Its keys are those of `holders`; who has one may ask `rate` times a second, `burst` times at once.

    people  those of the house come in by the cookie of a session, too
    """

    holders: frozenset[str]
    rate: float
    burst: int
    people: bool = False


OPERATOR: Final = Door(frozenset(("house",)), 50.0, 100, people=True)
SELLER: Final = Door(frozenset(("seller", "source")), 10.0, 50)
BUYER: Final = Door(frozenset(("buyer",)), 10.0, 50)
