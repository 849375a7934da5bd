"""Which sales a new cap counts that looks back: those that it would have bound since its window began."""

from collections.abc import Iterable

import msgspec

from outbid.core.ledger.account import LEADS, Limit
from outbid.core.market.noun import Campaign, Noun, Offer
from outbid.core.market.snapshot import Rows


class Sales(msgspec.Struct, frozen=True):
    """Sales by the numbers of their parties; None: of any. `but` are offers that are paid in another currency."""

    offers: tuple[int, ...] | None = None
    buyers: tuple[int, ...] | None = None
    sources: tuple[int, ...] | None = None
    but: tuple[int, ...] = ()


def sales_of(limit: Limit, nouns: Rows) -> Sales:
    """The sales that a limit binds, by what the market is now: offers that are gone no longer count for a campaign."""
    offers = {number: offer for number, offer in nouns["offer"].values() if isinstance(offer, Offer)}
    other = () if limit.unit == LEADS else _paid_otherwise(offers, nouns, limit.unit)
    found: dict[str, tuple[int, ...]] = {}
    for owner in limit.owner.split(" "):
        kind, _, number = owner.partition(":")
        slug = next((slug for slug, (known, _) in nouns[kind].items() if known == int(number)), "")
        if kind == "campaign":
            found["offers"] = tuple(number for number, offer in offers.items() if offer.campaign == slug)
        elif kind in _MEMBERS:
            members, reference = _MEMBERS[kind]
            found[f"{members}s"] = _referring(nouns[members].values(), reference, slug)
        else:
            found[f"{kind}s"] = (int(number),)
    return Sales(**found, but=other)


_MEMBERS = {"group": ("buyer", "group"), "seller": ("source", "seller")}
"""Kinds that no sale names → (the kind of those who belong to one, by which of their settings)."""


def _referring(nouns: Iterable[tuple[int, Noun]], reference: str, slug: str) -> tuple[int, ...]:
    return tuple(number for number, noun in nouns if getattr(noun, reference) == slug)


def _paid_otherwise(offers: dict[int, Offer], nouns: Rows, currency: str) -> tuple[int, ...]:
    other = {
        slug
        for slug, (_, noun) in nouns["campaign"].items()
        if isinstance(noun, Campaign) and noun.currency != currency
    }
    return tuple(number for number, offer in offers.items() if offer.campaign in other)
