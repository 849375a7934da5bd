"""Which offers of a tier may be asked for a lead, and why the others may not.

Checks run in a fixed order: first those that version and facts decide (`static`), then the live ones. Live facts
are recorded only for offers that passed the first kind; a receipt for the others is computed when somebody asks.
"""

from collections.abc import Callable, Mapping

from outbid.core.lead.event import Matched, Skip
from outbid.core.lead.value import Scalar
from outbid.core.market.snapshot import Offer, Source, Terms, Tier
from outbid.core.match.filter import explain
from outbid.core.price.lines import least_for, why_not_at
from outbid.core.price.terms import agreed

Live = Callable[[Offer, int], Skip | None]
"""(offer, least price in micros) → what keeps it out beside version, facts and instant, or None. A live fact."""


def static_reason(offer: Offer, source: Source, terms: Terms, facts: Mapping[str, Scalar], at_ms: int) -> str | None:
    """The first check that version, facts and hour fail, as a reason code; None if the offer passes them all."""
    if offer.paused:
        return "paused"
    if source.buyers is not None and offer.buyer not in source.buyers:
        return "not_allowed"
    if offer.prices is not None and agreed(offer, source, facts, at_ms) is None:
        return "no_price"
    if _least(offer, source, terms, facts, at_ms) is None:
        return "below_floor"
    if offer.matches is not None and not offer.matches(facts):
        return "filtered"
    return None


def match(
    tier: Tier,
    number: int,
    source: Source,
    terms: Terms,
    facts: Mapping[str, Scalar],
    tried: frozenset[int],
    live: Live,
    at_ms: int,
) -> Matched:
    """The offers of a tier that may be asked now, in order of number, and those skipped for a live reason."""
    offers: list[int] = []
    skips: list[Skip] = []
    for offer in tier.book.matching(facts, source.buyers):
        least = _least(offer, source, terms, facts, at_ms)
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


def _least(offer: Offer, source: Source, terms: Terms, facts: Mapping[str, Scalar], at_ms: int) -> int | None:
    """The least price at which the offer may buy; None if it has no price, or the most that it pays is below."""
    if offer.prices is not None or terms.spans is not None:
        return _least_by_rule(offer, source, terms, facts, at_ms)
    # Nearly all offers come this way, and there may be thousands: no call that can be spared.
    floor = terms.floor_micros if terms.floor_micros > offer.floor_micros else offer.floor_micros
    fixed = offer.price_micros
    if fixed is None:
        return floor if floor <= offer.most_micros else None
    return fixed if fixed >= floor else None


def _least_by_rule(offer: Offer, source: Source, terms: Terms, facts: Mapping[str, Scalar], at_ms: int) -> int | None:
    if not offer.direct:
        least = least_for(offer, terms)
        return least if least <= offer.most_micros else None
    fixed = agreed(offer, source, facts, at_ms)
    return None if fixed is None or why_not_at(fixed, offer, terms) else fixed


def full_reason(account: str) -> str:
    """The reason for which an account without room keeps an offer out."""
    return "wallet_empty" if " wallet " in account else "cap_reached"


def without_room(offer: int, account: str) -> Skip:
    """What keeps an offer out that has no room in an account."""
    return Skip(offer, full_reason(account), account)


def receipt(offer: Offer, source: Source, terms: Terms, facts: Mapping[str, Scalar], at_ms: int) -> tuple[str, str]:
    """Reason code and detail for an offer that a static check kept out; ('', '') if none did."""
    reason = static_reason(offer, source, terms, facts, at_ms)
    if reason == "filtered" and offer.node is not None:
        return reason, explain(offer.node, facts) or ""
    return reason or "", ""
