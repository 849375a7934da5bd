"""A change of the market against the leads of the last days: read in pages, played, and summed up; nothing is kept.

It takes a core for as long as it runs, so it is run in a process that serves no leads.
"""

import gc
from collections.abc import AsyncIterator, Awaitable, Callable

import msgspec

from outbid.core.fault import Fault
from outbid.core.foresee.foresee import Foresight, Span
from outbid.core.foresee.past import Past, past_of
from outbid.core.ids import first_of, ms_of
from outbid.core.market.snapshot import Market
from outbid.core.schedule.pace import Curve, curve_of
from outbid.core.scope import HOUSE
from outbid.exchange.live.checks import lot
from outbid.exchange.live.paces import LOOKED_BACK_MS
from outbid.store.database import Connection
from outbid.store.reading import past as pasts
from outbid.store.tally.arrivals import arrivals

PAGE = 500
LEARNED = 20_000
"""Of how many leads it is learned what buyers do: more say little more."""
SALES_PAGE = 5_000
DAY_MS = 86_400_000
Tell = Callable[[int, int], Awaitable[None]]
"""(leads played, of how many)."""


class NothingToPlay(Fault):
    """No lead came in the span."""


class Wish(msgspec.Struct, frozen=True):
    """Which leads, and how many at most; of more, some are drawn. Campaign and source by slug; empty: all."""

    days: int
    campaign: str = ""
    source: str = ""
    most_leads: int = 200_000


class Foreseen(msgspec.Struct, frozen=True):
    """What came of it. `leads` came in the span, of which `played` were drawn."""

    from_ms: int
    until_ms: int
    leads: int
    played: int
    foresight: Foresight


async def foresee(
    connection: Connection, cell: int, markets: tuple[Market, Market], wish: Wish, now_ms: int, tell: Tell
) -> Foreseen:
    """Play the leads of the last days under the market as it is, and as it would be. Raises NothingToPlay."""
    from_ms = now_ms - wish.days * DAY_MS
    which = pasts.Which(
        first_of(from_ms),
        first_of(now_ms),
        _number(markets[0], "campaign", wish.campaign),
        _number(markets[0], "source", wish.source),
    )
    leads = await pasts.count(connection, HOUSE, cell, which)
    played = leads
    if leads > wish.most_leads:
        which = msgspec.structs.replace(which, part=max(1, wish.most_leads * pasts.ALL // leads))
        played = await pasts.count(connection, HOUSE, cell, which)
    if not played:
        raise NothingToPlay(f"no lead came in the last {wish.days} days that could be played again")
    curves = await _curves(connection, cell, markets[1], now_ms)
    foresight = Foresight(*markets, Span(from_ms, leads / played, curves), lot)
    gc.collect()
    gc.freeze()  # the markets live as long as this runs; leads make no cycles
    heard = done = 0
    some = min(which.part, max(1, LEARNED * pasts.ALL // leads))
    async for past in _all(connection, cell, msgspec.structs.replace(which, part=some)):
        foresight.learn(past)
        heard += 1
        if heard % PAGE == 0:
            await tell(0, played)
    if foresight.begun:
        async for sale in _sales(connection, cell, which):
            foresight.took(ms_of(sale.id), sale.source, sale.offer, sale.price_micros)
            heard += 1
            if heard % SALES_PAGE == 0:
                await tell(0, played)
    foresight.begin(await pasts.taken(connection, HOUSE, cell, foresight.begun))
    async for past in _all(connection, cell, which):
        foresight.play(past)
        done += 1
        if done % PAGE == 0 or done == played:
            await tell(done, played)
    return Foreseen(from_ms, now_ms, leads, played, foresight)


def _number(market: Market, kind: str, slug: str) -> int | None:
    """The number of a noun. Raises NothingToPlay for one that is not there."""
    if not slug:
        return None
    found = market.nouns[kind].get(slug)
    if found is None:
        raise NothingToPlay(f"there is no {kind} {slug!r}")
    return found[0]


async def _curves(connection: Connection, cell: int, market: Market, now_ms: int) -> dict[int, Curve]:
    """When the leads of each campaign come in which anything is paced, as the exchange knows it now."""
    paced = {source.campaign.number for source in market.sources.values() if source.paced}
    paced |= {offer.campaign for offer in market.offers.values() if offer.paced}
    found = {}
    for number in paced:
        sources = [one.number for one in market.sources.values() if one.campaign.number == number]
        counts = await arrivals(connection, HOUSE, cell, sources, now_ms - LOOKED_BACK_MS)
        found[number] = curve_of(market.campaigns[number].zone, counts)
    return found


async def _all(connection: Connection, cell: int, which: pasts.Which) -> AsyncIterator[Past]:
    after: bytes | None = None
    while page := await pasts.page(connection, HOUSE, cell, which, after, PAGE):
        for row in page:
            yield past_of(row.id, row.at_ms, row.source, row.campaign, row.facts, row.events)
        after = page[-1].id


async def _sales(connection: Connection, cell: int, which: pasts.Which) -> AsyncIterator[pasts.SaleRow]:
    after = which.since
    while page := await pasts.sales(connection, HOUSE, cell, which, after, SALES_PAGE):
        for row in page:
            yield row
        after = page[-1].id
