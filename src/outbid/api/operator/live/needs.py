"""What needs the operator: each with a sentence, how much hangs on it, and where to go."""

from collections import defaultdict
from typing import Annotated, Literal

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from outbid.api.door.desk import Desk, answer, route
from outbid.api.operator.control import standing_of
from outbid.api.operator.live.buyers import LEAST_POSTS, Buyers, WalletNow, wallets_of
from outbid.api.operator.live.today import percent
from outbid.api.said.description import Said
from outbid.api.said.instants import utc
from outbid.api.said.reading import Asked
from outbid.core.ids import LEAD, public
from outbid.core.live.figures import offers_of
from outbid.core.market.snapshot import Market
from outbid.core.money import text_of
from outbid.core.scope import HOUSE
from outbid.store.control import steps
from outbid.store.database import Connection
from outbid.store.reading.live import rooms
from outbid.store.reading.live import waiting as reading
from outbid.store.tally import beats

LOOKED_BACK_MS = 900_000
DRY_HOURS = 24.0
Kind = Literal["uncertain_sales", "review", "buyer_rejects", "wallet_runs_dry", "dead_jobs", "offer_paused"]


class NeedsWish(msgspec.Struct, frozen=True):
    """From where on a buyer's rejects are told."""

    rejects_over: Annotated[
        float, Meta(ge=0, le=100, description="percent of a buyer's posts of the last 15 minutes")
    ] = 10.0


class Held(msgspec.Struct, frozen=True):
    """An amount in a currency."""

    currency: str
    amount: str


class Target(msgspec.Struct, frozen=True):
    """Where to go: a noun, and the slug or id of one."""

    noun: Literal["lead", "buyer", "job", "offer"]
    id: str


class Need(msgspec.Struct, frozen=True):
    """Something that needs somebody.

    amounts  what is held for it, or left; since: of the oldest of them, null where there is no such time
    target   the oldest, where there are several
    """

    kind: Kind
    sentence: str
    count: int
    amounts: list[Held]
    since: str | None
    target: Target


class Needs(msgspec.Struct, frozen=True):
    """Everything that needs somebody; empty where nothing does."""

    items: list[Need]


class Needed:
    """The route of needs."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[HTTPRouteHandler]:
        """List."""
        said = Said(
            summary="What needs the operator now", query=NeedsWish, answers={200: ("most pressing first", Needs)}
        )
        return [route("GET", "/v1/live/needs", said, self._read)]

    async def _read(self, request: Asked) -> Response[bytes]:
        asked: NeedsWish = request.state.query
        exchange = self._desk.exchange
        market, cell, now_ms = exchange.market, exchange.cell, exchange.clock.now_ms()
        async with self._desk.database() as connection:
            needs = await _leads(connection, cell, market)
            needs += await _rejecting(connection, cell, market, asked.rejects_over, now_ms)
            needs += await _dry(connection, cell, market, now_ms)
            needs += await _jobs(connection, cell)
            stood = standing_of(market, await steps.stands(connection, HOUSE))
        for one in stood:
            if one.stage == "paused":
                sentence = f"Rules of health paused the offer {one.offer} of {one.buyer}."
                needs.append(Need("offer_paused", sentence, 1, [], one.since, Target("offer", one.offer)))
        return answer(Needs(needs))


async def _leads(connection: Connection, cell: int, market: Market) -> list[Need]:
    """Uncertain sales with what is held for them, and leads in review."""
    found = {one.status: one for one in await reading.waiting(connection, HOUSE, cell)}
    needs = []
    if (one := found.get("uncertain")) is not None:
        sales = await reading.uncertain(connection, HOUSE, cell)
        held: dict[str, int] = defaultdict(int)
        for sale in sales:
            offer = market.offers.get(sale.offer)
            held["" if offer is None else market.campaigns[offer.campaign].currency] += sale.held_micros
        amounts = [Held(currency, text_of(amount)) for currency, amount in sorted(held.items())]
        count = sum(sale.sales for sale in sales)
        sentence = f"{_many(count, 'sale is', 'sales are')} uncertain."
        needs.append(Need("uncertain_sales", sentence, count, amounts, utc(one.since_ms), _lead(cell, one.oldest)))
    if (one := found.get("review")) is not None:
        sentence = f"{_many(one.leads, 'lead waits', 'leads wait')} for review."
        needs.append(Need("review", sentence, one.leads, [], utc(one.since_ms), _lead(cell, one.oldest)))
    return needs


async def _rejecting(connection: Connection, cell: int, market: Market, over: float, now_ms: int) -> list[Need]:
    since_ms = now_ms - LOOKED_BACK_MS
    found = await beats.between(connection, HOUSE, cell, since_ms, now_ms, offers=True)
    gathered = Buyers(market, None, offers_of((beat for _, beat in found), lambda _: True))
    needs = []
    for buyer, did in gathered.did.items():
        share = percent(did.rejects, did.posts)
        if share is not None and did.posts >= LEAST_POSTS and share > over:
            slug = gathered.slug(buyer)
            sentence = f"{gathered.name(buyer)} rejects {round(share, 1):g} % of posts."
            needs.append(Need("buyer_rejects", sentence, did.rejects, [], utc(since_ms), Target("buyer", slug)))
    return sorted(needs, key=lambda need: -need.count)


async def _dry(connection: Connection, cell: int, market: Market, now_ms: int) -> list[Need]:
    """Wallets that will be empty within a day at the pace of the last one, or are."""
    gathered = Buyers(market, None, {})
    room = await rooms.rooms(connection, HOUSE, cell, gathered.owners())
    needs = []
    for buyer, wallets in (await wallets_of(connection, cell, market, room, now_ms)).items():
        for wallet in wallets:
            if wallet.is_empty or (wallet.runway_hours is not None and wallet.runway_hours < DRY_HOURS):
                slug = gathered.slug(buyer)
                sentence = f"The wallet of {gathered.name(buyer)} {_lasts(wallet)}."
                amounts = [Held(wallet.currency, wallet.room)]
                needs.append(Need("wallet_runs_dry", sentence, 1, amounts, None, Target("buyer", slug)))
    return needs


def _lasts(wallet: WalletNow) -> str:
    if wallet.is_empty or wallet.runway_hours is None:
        return "is empty"
    if wallet.runway_hours < 1:
        return "lasts less than an hour"
    return f"lasts {_many(round(wallet.runway_hours), 'hour', 'hours')}"


async def _jobs(connection: Connection, cell: int) -> list[Need]:
    dead = await reading.dead(connection, HOUSE, cell)
    if dead is None:
        return []
    sentence = f"{_many(dead.jobs, 'job was', 'jobs were')} given up."
    return [Need("dead_jobs", sentence, dead.jobs, [], utc(dead.since_ms), Target("job", dead.oldest.hex()))]


def _lead(cell: int, identifier: bytes) -> Target:
    return Target("lead", public(LEAD, cell, identifier))


def _many(count: float, one: str, more: str) -> str:
    return f"{count:g} {one if count == 1 else more}"
