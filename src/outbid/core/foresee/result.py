"""What was foreseen, told by slugs and in decimal text: for an answer, a row, a table."""

from collections import Counter
from collections.abc import Mapping

import msgspec

from outbid.core.foresee.foresee import Foresight
from outbid.core.foresee.sums import Money, OfOffer, Sums
from outbid.core.ids import LEAD, public
from outbid.core.market.snapshot import Market
from outbid.core.money import text_of

MOST_OFFERS = 200
MOST_REASONS = 8
_WAITING = ("uncertain", "review", "queued", "open")


class MoneyTold(msgspec.Struct, frozen=True):
    """Money of one currency, decimal text. `assumed`: so much of the revenue rests on assumptions."""

    currency: str
    revenue: str
    payout: str
    margin: str
    assumed: str


class Side(msgspec.Struct, frozen=True):
    """What all leads came to. Why others were not sold: reason → leads. `waiting`: those that have no end yet.

    `assumed`: how many of the leads rest on something that was assumed
    """

    leads: int
    sold: int
    waiting: int
    unsold: dict[str, int]
    refused: dict[str, int]
    assumed: int
    money: list[MoneyTold]


class OfferSide(msgspec.Struct, frozen=True):
    """The part of an offer. `reasons`: why it did not buy what it matched, the most frequent: reason → times.

    `assumed`: how many of those that it won rest on something that was assumed
    """

    asked: int
    bids: int
    won: int
    revenue: str
    assumed: int
    reasons: dict[str, int]


class OfferForeseen(msgspec.Struct, frozen=True):
    """An offer as it was, and as it would have been under the market as it is, and under the changed one."""

    offer: str
    recorded: OfferSide
    unchanged: OfferSide
    changed: OfferSide


class Result(msgspec.Struct, frozen=True):
    """What a change would have done to the leads of a span (UTC milliseconds).

    leads, played    how many came, and how many of them were played: the figures are of those
    plain, repeated  of how many nothing was assumed under the market as it is, and how many of those end as they ended
    differing        how many end otherwise by the change; `samples`: the newest of them
    unknown          offers of which nothing is known: it was assumed that they bid as others do
    offers           those whose part changes most, in money
    """

    from_ms: int
    until_ms: int
    leads: int
    played: int
    plain: int
    repeated: int
    differing: int
    samples: list[str]
    unknown: list[str]
    recorded: Side
    unchanged: Side
    changed: Side
    offers: list[OfferForeseen]


def result_of(
    found: Foresight, changed: Market, span_ms: tuple[int, int], leads: int, played: int, cell: int
) -> Result:
    """What was foreseen, by the names of the changed market."""
    sides = (found.recorded, found.unchanged, found.changed)
    numbers = {number for side in sides for number in side.offers}
    ranked = sorted(sorted(numbers), key=lambda number: _moved(found, number), reverse=True)[:MOST_OFFERS]
    return Result(
        *span_ms,
        leads=leads,
        played=played,
        plain=found.plain,
        repeated=found.repeated,
        differing=found.differing,
        samples=[public(LEAD, cell, one) for one in found.samples],
        unknown=sorted(changed.name("offer", number) for number in found.unknown),
        recorded=_side(found.recorded),
        unchanged=_side(found.unchanged),
        changed=_side(found.changed),
        offers=[
            OfferForeseen(changed.name("offer", number), *(_offer(side.offers.get(number)) for side in sides))
            for number in ranked
        ],
    )


def _moved(found: Foresight, number: int) -> tuple[int, int]:
    before, after = found.unchanged.offers.get(number, OfOffer()), found.changed.offers.get(number, OfOffer())
    return abs(after.revenue - before.revenue), after.revenue


def _side(sums: Sums) -> Side:
    return Side(
        leads=sums.leads,
        sold=sums.statuses["sold"],
        waiting=sum(sums.statuses[status] for status in _WAITING),
        unsold=_most(sums.reasons.get("unsold", {})),
        refused=_most(sums.reasons.get("refused", {})),
        assumed=sums.assumed,
        money=[_money(currency, money) for currency, money in sorted(sums.money.items())],
    )


def _money(currency: str, money: Money) -> MoneyTold:
    amounts = (money.revenue, money.payout, money.margin, money.assumed)
    return MoneyTold(currency, *(text_of(amount) for amount in amounts))


def _offer(of: OfOffer | None) -> OfferSide:
    of = of or OfOffer()
    return OfferSide(of.asked, of.bids, of.won, text_of(of.revenue), of.assumed, _most(of.reasons))


def _most(reasons: Mapping[str, int]) -> dict[str, int]:
    return dict(Counter(reasons).most_common(MOST_REASONS))
