"""Buyers now: what each won of what he was asked, how fast he answers, and how much room he has."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

import msgspec

from outbid.api.operator.live.today import percent
from outbid.core.control.health import Stage
from outbid.core.ledger.account import LEADS
from outbid.core.live.beat import OfferSums
from outbid.core.live.figures import ms_of, total_of
from outbid.core.market.snapshot import Market
from outbid.core.money import micros, text_of
from outbid.core.scope import HOUSE
from outbid.core.tally.rows import quarter_of
from outbid.store.database import Connection
from outbid.store.reading.live import rooms

DAY_MS = 86_400_000
HOUR_MS = 3_600_000
LEAST_POSTS = 5
"""Of fewer posts no share is told as somebody's fault."""
STAGES: tuple[Stage, ...] = ("full", "lowered", "trying", "paused")
"""From well to badly."""


class CapNow(msgspec.Struct, frozen=True):
    """The cap on leads that is fullest, of the buyer or one of his offers."""

    owner: str
    window: str
    taken: int
    ceiling: int


class WalletNow(msgspec.Struct, frozen=True):
    """A wallet. `runway_hours`: how long it lasts at the pace of the last day; null: nothing is spent from it."""

    room: str
    currency: str
    runway_hours: float | None

    @property
    def is_empty(self) -> bool:
        """Nothing is left of it."""
        return micros(self.room) <= 0


Wallets = Mapping[int, list[WalletNow]]
"""By a buyer's number: he has one for each currency."""


class BuyerNow(msgspec.Struct, frozen=True):
    """A buyer in the window. Shares in percent: bids and late ones of pings, rejects of posts; null of nothing.

    name    what people call him; buyer: his slug
    won     leads that he bought; `answer_p50`, `answer_p95`: milliseconds to his answers, to an eighth
    stage   the worst that rules of health made of his offers; paused: offers that a person paused
    """

    buyer: str
    name: str
    won: int
    pings: int
    bids: int
    posts: int
    rejects: int
    bid_percent: float | None
    late_percent: float | None
    reject_percent: float | None
    answer_p50: int | None
    answer_p95: int | None
    stage: Stage
    offers: int
    paused: int
    cap: CapNow | None
    wallets: list[WalletNow]


class WorstBuyer(msgspec.Struct, frozen=True):
    """Who rejects the largest share of what he is posted, of those who were posted five leads or more."""

    buyer: str
    name: str
    posts: int
    rejects: int
    reject_percent: float


class Buyers:
    """Gathered by buyer: his offers in the market, and what they did."""

    def __init__(self, market: Market, campaign: int | None, sums: Mapping[int, OfferSums]) -> None:
        self.market = market
        self.offers: dict[int, list[int]] = defaultdict(list)
        for number, offer in market.offers.items():
            if campaign is None or offer.campaign == campaign:
                self.offers[offer.buyer].append(number)
        self.did = {
            buyer: total_of(sums[number] for number in offers if number in sums)
            for buyer, offers in self.offers.items()
        }

    def slug(self, buyer: int) -> str:
        """What a buyer is called."""
        return self.market.names.get(("buyer", buyer), "")

    def name(self, buyer: int) -> str:
        """What people call a buyer: his name, or his slug where he has none."""
        slug = self.slug(buyer)
        row = self.market.nouns.get("buyer", {}).get(slug)
        return slug if row is None else row[1].name or slug

    def worst(self) -> WorstBuyer | None:
        """Who rejects most; None if nobody does."""
        found = [
            WorstBuyer(
                self.slug(buyer), self.name(buyer), did.posts, did.rejects, percent(did.rejects, did.posts) or 0.0
            )
            for buyer, did in self.did.items()
            if did.posts >= LEAST_POSTS and did.rejects
        ]
        return max(found, key=lambda one: (one.reject_percent, one.posts), default=None)

    def owners(self) -> list[str]:
        """Whose accounts say how much room there is."""
        offers = [f"offer:{number}" for numbers in self.offers.values() for number in numbers]
        return [f"buyer:{buyer}" for buyer in self.offers] + offers


async def wallets_of(
    connection: Connection, cell: int, market: Market, found: Iterable[rooms.Room], now_ms: int
) -> Wallets:
    """The wallets among these accounts, by buyer, and how long each lasts at the pace since yesterday."""
    paces = await paces_of(connection, cell, market, now_ms)
    wallets: dict[int, list[WalletNow]] = defaultdict(list)
    for room in found:
        kind, _, number = room.owner.partition(":")
        if kind == "buyer" and number.isdecimal() and room.window == "wallet":
            left = room.ceiling - room.taken
            hours = runway_hours(left, paces.get((int(number), room.unit), 0.0))
            wallets[int(number)].append(WalletNow(text_of(left), room.unit, hours))
    return wallets


async def paces_of(connection: Connection, cell: int, market: Market, now_ms: int) -> dict[tuple[int, str], float]:
    """What each buyer (by number) spends in a currency, in micros an hour, since yesterday."""
    paces: dict[tuple[int, str], float] = defaultdict(float)
    for one in await rooms.spent(connection, HOUSE, cell, quarter_of(now_ms - DAY_MS)):
        if (offer := market.offers.get(one.offer)) is not None:
            pace = one.price_micros / max(1.0, (now_ms - one.first_ms) / HOUR_MS)
            paces[offer.buyer, market.campaigns[offer.campaign].currency] += pace
    return paces


def runway_hours(left_micros: int, pace: float) -> float | None:
    """How long what is left lasts at a pace in micros an hour; None: nothing is spent."""
    return round(max(0, left_micros) / pace, 1) if pace else None


def buyers_now(
    gathered: Buyers, found: Iterable[rooms.Room], wallets: Wallets, stages: Mapping[int, Stage]
) -> list[BuyerNow]:
    """Every buyer with an offer, who won most first."""
    caps = _fullest(gathered, found)
    rows = [_row(gathered, buyer, caps.get(buyer), wallets.get(buyer, []), stages) for buyer in gathered.offers]
    return sorted(rows, key=lambda row: (-row.won, -row.posts, -row.pings, row.buyer))


def _row(
    gathered: Buyers, buyer: int, cap: CapNow | None, wallets: list[WalletNow], stages: Mapping[int, Stage]
) -> BuyerNow:
    did, offers = gathered.did[buyer], gathered.offers[buyer]
    worst = max((stages.get(number, "full") for number in offers), key=STAGES.index)
    return BuyerNow(
        gathered.slug(buyer),
        gathered.name(buyer),
        did.sold,
        did.pings,
        did.bids,
        did.posts,
        did.rejects,
        percent(did.bids, did.pings),
        percent(did.late, did.pings),
        percent(did.rejects, did.posts),
        ms_of(did.answers, 0.5),
        ms_of(did.answers, 0.95),
        worst,
        len(offers),
        sum(gathered.market.offers[number].paused for number in offers),
        cap,
        wallets,
    )


def _fullest(gathered: Buyers, found: Iterable[rooms.Room]) -> dict[int, CapNow]:
    """The fullest cap on leads of each buyer and his offers."""
    market, caps = gathered.market, dict[int, CapNow]()
    for room in found:
        kind, _, number = room.owner.partition(":")
        if room.unit != LEADS or not number.isdecimal():
            continue
        buyer = market.offers[int(number)].buyer if kind == "offer" else int(number)
        name = f"{kind}:{market.names.get((kind, int(number)), '')}"
        cap = CapNow(name, room.window, room.taken, room.ceiling)
        if buyer not in caps or _fullness(cap) > _fullness(caps[buyer]):
            caps[buyer] = cap
    return caps


def _fullness(cap: CapNow) -> float:
    return cap.taken / cap.ceiling if cap.ceiling else 1.0
