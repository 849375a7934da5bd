"""How many of the latest leads an offer's filter would have let through, rule by rule, and what they were sold for."""

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.refusal import Refused
from outbid.api.operator.forms.facts import campaign_of
from outbid.api.said.description import Said
from outbid.api.said.faults import error_at
from outbid.api.said.reading import Asked, convert, read_json
from outbid.core.market.snapshot import Campaign
from outbid.core.match.filter import FilterError, Node, Test, read_filter
from outbid.core.money import micros, text_of
from outbid.core.scope import HOUSE
from outbid.store.reading import counts as counting

HOUR_MS = 3_600_000
MOST_PARTS = 60
"""Rules and groups that are counted one by one."""
BARS = 12


class CountWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A filter as an offer would have it, and the hours back from now. `bid`: what it would bid, decimal text."""

    filter: dict[str, Any] | None = None
    hours: Annotated[int, Meta(ge=1, le=168)] = 24
    bid: Annotated[str, Meta(max_length=20)] | None = None


class PartCounted(msgspec.Struct, frozen=True):
    """A rule or a group of the filter, by its JSON pointer: how many leads it alone lets through."""

    pointer: str
    leads: int


class PriceBar(msgspec.Struct, frozen=True):
    """How many of the matching leads were sold at `least` or more, and below `below`."""

    least: str
    below: str
    leads: int


class Sold(msgspec.Struct, frozen=True):
    """What the matching leads were sold for, where they were: a lead's highest sale counts."""

    leads: int
    quarter: str
    median: str
    three_quarters: str
    bars: list[PriceBar]


class WouldWin(msgspec.Struct, frozen=True):
    """The matching leads whose highest sale was below the bid, and the money at the bid. No cap is looked at."""

    leads: int
    money: str


class Counted(msgspec.Struct, frozen=True):
    """Counts of the latest leads.

    leads    that came in those hours; `matched`: that the filter lets through
    exact    false: only the newest were looked at, and stand for all
    parts    each rule and group by itself
    sold     null where none of the matching leads was sold
    """

    leads: int
    matched: int
    exact: bool
    parts: list[PartCounted]
    sold: Sold | None
    would_win: WouldWin | None
    currency: str


class Counting:
    """The route of counts."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[HTTPRouteHandler]:
        """Count."""
        said = Said(
            summary="How many of the latest leads a filter would let through",
            path={"slug": "the campaign's slug"},
            body=CountWish,
            answers={200: ("counted", Counted)},
            problems=("noun_unknown",),
            right="look",
        )
        return [route("POST", "/v1/campaigns/{slug:str}/count", said, self._count)]

    async def _count(self, request: Asked) -> Response[bytes]:
        wish = convert(await read_json(request), CountWish)
        campaign = campaign_of(self._desk, request)
        bid = _micros(wish.bid)
        nodes = _nodes(wish.filter, campaign)
        since_ms = self._desk.exchange.clock.now_ms() - wish.hours * HOUR_MS
        async with self._desk.database() as connection:
            found = await counting.counts(connection, HOUSE, campaign.number, list(nodes.values()), since_ms)
        return answer(_told(found, list(nodes), bid, campaign.currency))


def _micros(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        return micros(text)
    except ValueError as error:
        raise Refused("body_faulty", errors=(error_at(("bid",), "setting_faulty", str(error)),)) from None


def _nodes(filter_: dict[str, Any] | None, campaign: Campaign) -> dict[str, Node]:
    """The filter and its parts by JSON pointer, the whole first. Without a filter every lead passes."""
    if filter_ is None:
        return {"": Test("", "present", False)}
    try:
        whole = read_filter(filter_, campaign.facts)
    except FilterError as fault:
        raise Refused(
            "body_faulty", errors=(error_at(("filter", *fault.path), "setting_faulty", fault.sentence),)
        ) from None
    return dict(list(_parts(whole, ""))[: MOST_PARTS + 1])


def _parts(node: Node, pointer: str) -> Any:
    yield pointer, node
    if isinstance(node, Test):
        return
    for index, part in enumerate(node.parts):
        yield from _parts(part, f"{pointer}/{node.mode}/{index}")


def _told(found: counting.Counts, pointers: Sequence[str], bid: int | None, currency: str) -> Counted:
    def scaled(many: int) -> int:
        return many if found.read == found.leads else round(many * found.leads / max(1, found.read))

    won = [price for price in found.prices if bid is not None and price < bid]
    matched, *rest = found.parts
    return Counted(
        found.leads,
        scaled(matched),
        found.read == found.leads,
        [PartCounted(pointer, scaled(many)) for pointer, many in zip(pointers[1:], rest, strict=True)],
        _sold(found.prices, scaled) if found.prices else None,
        None if bid is None else WouldWin(scaled(len(won)), text_of(scaled(len(won)) * bid)),
        currency,
    )


def _sold(prices: Sequence[int], scaled: Any) -> Sold:
    low, high = prices[0], prices[-1] + 1
    width = max(1, -(-(high - low) // BARS))
    many = [0] * BARS
    for price in prices:
        many[(price - low) // width] += 1
    bars = [
        PriceBar(text_of(low + at * width), text_of(low + (at + 1) * width), scaled(leads))
        for at, leads in enumerate(many)
    ]
    quarter, median, three = (text_of(prices[len(prices) * part // 4]) for part in (1, 2, 3))
    return Sold(scaled(len(prices)), quarter, median, three, bars)
