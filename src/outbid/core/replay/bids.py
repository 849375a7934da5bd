"""The lines of a round, judged again: what came back was recorded, whether it may win is decided."""

from collections.abc import Iterator

from outbid.core.lead import event as ev
from outbid.core.market.snapshot import Offer, Terms
from outbid.core.money import text_of
from outbid.core.price.lines import best_first, why_not_at
from outbid.core.price.terms import agreed
from outbid.core.route import Plan

Told = Iterator[tuple[str, str]]


def differs(line: ev.BidLine, plan: Plan, terms: Terms, matched_ms: int, *, test: bool) -> Told:
    """Pairs of what was recorded of a line and what is decided now, where the two differ."""
    offer = plan.campaign.offers[line.offer]
    fixed = agreed(offer, plan.source, plan.facts, matched_ms) if offer.direct else None
    if test and line.outcome == "pass":
        return
    if line.kept and (line.outcome != "bid" or line.sent):
        yield f"{offer.slug}: {line.outcome}, kept from an earlier ping", "only a bid is kept, and nothing is sent"
    then = f"{offer.slug}: {line.outcome} at {text_of(line.price_micros)}"
    if fixed is None and line.outcome == "direct":
        yield then, "it has no fixed price"
    elif fixed is not None and (line.outcome, line.price_micros) != ("direct", fixed):
        yield then, f"direct at {text_of(fixed)}"
    elif line.outcome == "bid":
        yield from _priced(then, line, offer, terms)
        if line.more:
            yield from _further(line, offer, terms)


def _further(line: ev.BidLine, offer: Offer, terms: Terms) -> Told:
    """Of the bids of one reply the line's own is the best; whether each may win is decided by its price."""
    bids = line.bids()
    if list(bids) != sorted(bids, key=best_first):
        yield f"{offer.slug}: bid {line.place} the best of its reply", "another is better"
    for bid in line.more:
        yield from _priced(f"{offer.slug}: bid {bid.place} at {text_of(bid.price_micros)}", bid, offer, terms)


def _priced(then: str, bid: ev.BidLine | ev.FurtherBid, offer: Offer, terms: Terms) -> Told:
    if bid.reason == "wrong_currency" or (isinstance(bid, ev.FurtherBid) and not bid.price_micros):
        return  # it cannot win whatever its price is
    if bid.price_micros > offer.most_micros:
        yield then, f"at {text_of(offer.most_micros)} at most"
    reason = why_not_at(bid.price_micros, offer, terms)
    if reason != bid.reason:
        yield f"{then}, {bid.reason or 'may win'}", reason or "may win"
