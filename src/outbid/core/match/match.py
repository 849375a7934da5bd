"""Which offers of a tier may be asked for a lead, and why the others may not.

Checks run in a fixed order: first those that version and facts decide (`static`), then the live ones. Live facts
are recorded only for offers that passed the first kind; a receipt for the others is computed when somebody asks.
"""

from collections.abc import Callable, Mapping

from outbid.core.lead.event import Matched, Skip
from outbid.core.lead.value import Scalar
from outbid.core.market.snapshot import Offer, Source, Tier
from outbid.core.match.filter import explain

Live = Callable[[Offer, int], Skip | None]
"""(offer, least price in micros) → what keeps it out beside version, facts and instant, or None. A live fact."""


def static_reason(offer: Offer, source: Source, floor_micros: int, facts: Mapping[str, Scalar]) -> str | None:
    """The first check that version and facts fail, as a reason code; None if the offer passes them all."""
    if offer.paused:
        return "paused"
    if source.buyers is not None and offer.buyer not in source.buyers:
        return "not_allowed"
    if _least(offer, floor_micros) is None:
        return "below_floor"
    if offer.matches is not None and not offer.matches(facts):
        return "filtered"
    return None


def match(
    tier: Tier,
    number: int,
    source: Source,
    floor_micros: int,
    facts: Mapping[str, Scalar],
    tried: frozenset[int],
    live: Live,
    at_ms: int,
) -> Matched:
    """The offers of a tier that may be asked now, in order of number, and those skipped for a live reason."""
    offers: list[int] = []
    skips: list[Skip] = []
    for offer in tier.book.matching(facts, source.buyers):
        least = _least(offer, floor_micros)
        if least is None or offer.number in tried:
            continue
        if offer.when is not None and offer.when.reason_against(at_ms) is not None:
            continue
        skip = live(offer, least)
        if skip is None:
            offers.append(offer.number)
        else:
            skips.append(skip)
    return Matched(at_ms, number, tuple(offers), tuple(skips))


def _least(offer: Offer, floor_micros: int) -> int | None:
    """The least price at which the offer may buy; None if its price, or the most that it pays, is below."""
    floor = floor_micros if floor_micros > offer.floor_micros else offer.floor_micros
    fixed = offer.price_micros
    if fixed is None:
        return floor if floor <= offer.most_micros else None
    return fixed if fixed >= floor else None


def full_reason(account: str) -> str:
    """The reason for which an account without room keeps an offer out."""
    return "wallet_empty" if " wallet " in account else "cap_reached"


def without_room(offer: int, account: str) -> Skip:
    """What keeps an offer out that has no room in an account."""
    return Skip(offer, full_reason(account), account)


def receipt(offer: Offer, source: Source, floor_micros: int, facts: Mapping[str, Scalar]) -> tuple[str, str]:
    """Reason code and detail for an offer that a static check kept out; ('', '') if none did."""
    reason = static_reason(offer, source, floor_micros, facts)
    if reason == "filtered" and offer.node is not None:
        return reason, explain(offer.node, facts) or ""
    return reason or "", ""
