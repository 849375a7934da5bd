"""What a winner is charged: his bid, or the least at which he would still have won, or the floor and a step."""

from msgspec.structs import replace

from outbid.core.contract import Bid
from outbid.core.market.snapshot import ANY_PRICE_MICROS, Offer, Pricing, Terms
from outbid.core.money import ONE
from outbid.core.price.least import Span, first_with
from outbid.core.price.lines import least_for


def charged(pricing: Pricing | None, bid: Bid, offer: Offer, terms: Terms, rival: Bid | None, promised: int) -> int:
    """The price of a winner, never above his bid, never one at which he could not have bought.

    rival     the best of those who would buy in his place, None if there is nobody
    promised  the payout that a quote promised: what he is charged covers it; 0 without one
    """
    if pricing is None or offer.direct:
        return bid.price_micros
    least = least_for(offer, terms, promised)
    if pricing.rule == "floor_step":
        wanted = least + pricing.step_micros
    elif rival is None:
        wanted = least
    else:
        wanted = max(least, level_with(pricing, bid, rival, terms, least) + pricing.step_micros)
    return min(bid.price_micros, least_for(offer, terms, wanted))


def level_with(pricing: Pricing, bid: Bid, rival: Bid, terms: Terms, least_micros: int) -> int:
    """The least price, from one on, at which a bid is worth as much to the ranking as its rival's; at most the bid."""
    worth = pricing.worth
    if worth is None:
        return terms.least(max(least_micros, price_ranked(rival.rank_micros, bid.handicap)))
    target = worth(rival)

    def reaches(price_micros: int) -> bool:
        return worth(at_price(bid, price_micros, terms)) >= target

    found = (
        first_with(reaches, max(first, least_micros), min(last, bid.price_micros)) for first, last in _steps(terms)
    )
    return next((price for price in found if price is not None), bid.price_micros)


def price_ranked(rank_micros: int, handicap: int) -> int:
    """The least price of which so much counts in the ranking after a handicap; above any price if none does."""
    counts = ONE - handicap
    return -(-rank_micros * ONE // counts) if counts else ANY_PRICE_MICROS


def at_price(bid: Bid, price_micros: int, terms: Terms) -> Bid:
    """A bid as it would be at another price."""
    return replace(bid, price_micros=price_micros, payout_micros=terms.split.payout_of(price_micros))


def _steps(terms: Terms) -> tuple[Span, ...]:
    """Stretches of prices on which a higher price never leaves the house less."""
    if terms.spans is not None:
        return terms.spans
    starts = [step.from_micros for step in terms.split.steps]
    return tuple(zip(starts, [*(start - 1 for start in starts[1:]), ANY_PRICE_MICROS], strict=True))
