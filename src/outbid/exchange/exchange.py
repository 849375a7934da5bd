"""What the loop works with: the market now, the journal, the door to the network, clock, vault and room."""

import asyncio
from asyncio import Future
from collections.abc import Awaitable, Callable, Sequence
from math import inf
from typing import Any, Protocol

import msgspec

from outbid.core.dialect.wire import Answer, Http, Parcel
from outbid.core.ids import SALE, first_of, public, uuid7
from outbid.core.lead.traffic import pack
from outbid.core.ledger.account import Limit
from outbid.core.market.snapshot import Campaign, Market
from outbid.exchange.clock import Clock
from outbid.exchange.live.barring import Barring
from outbid.exchange.live.breakers import Breakers
from outbid.exchange.live.learned.bidders import Bidders
from outbid.exchange.live.learned.scores import Scores
from outbid.exchange.live.learned.times import Times
from outbid.exchange.live.learned.wins import Wins
from outbid.exchange.live.paces import Paces
from outbid.exchange.live.throttle import Throttle
from outbid.exchange.outbound.round import Shorter
from outbid.exchange.room import Rooms
from outbid.exchange.steps.kept import KeptBids
from outbid.exchange.steps.persons import given_back
from outbid.exchange.story import NOTES_OF_QUOTE, Story, encode_notes, traffic_seal
from outbid.recent import RecentUntil
from outbid.store.commit.entry import Entry, Fenced, Job, Wish, Written
from outbid.store.commit.journal import Journal
from outbid.store.quote.row import Entry as Quote
from outbid.store.vault import Vault

SALT_BYTES = 16
LOOK_S = 0.02
MOST_ANSWERS = 10_000
"""Answers of enrichers that are remembered at the least, if their time is not over."""


class Door(Protocol):
    """The door to the network, as the loop uses it (`exchange/outbound`). Deadlines are in loop seconds."""

    async def ask(self, http: Http | Parcel, deadline: float, *, fresh: bool = False) -> Answer:
        """One request."""

    def round(
        self,
        calls: Sequence[Http],
        deadline: float,
        *,
        on_answer: Callable[[int, Answer], bool] | None = None,
        shorter: Shorter | None = None,
    ) -> Awaitable[list[Answer]]:
        """Requests side by side, under one deadline; `on_answer` says after each answer whether it is over."""


class Change(msgspec.Struct, frozen=True):
    """A version of the market as it follows the one in use, and the limits of either that the other may not have."""

    before: Market
    market: Market
    limits: list[Limit]


def change_between(before: Market, market: Market) -> Change:
    """What changed. It looks at every offer: of large markets, not for the loop."""
    return Change(before, market, market.every_limit(before) + before.every_limit(market))


class Exchange:
    """Everything that one exchange process shares among its leads."""

    def __init__(
        self,
        *,
        cell: int,
        lane: int,
        market: Market,
        journal: Journal[Entry, Written],
        quotes: Journal[Quote, None],
        market_at: Callable[[int], Awaitable[Market]],
        door: Door,
        vault: Vault,
        rooms: Rooms,
        clock: Clock,
        noise: Callable[[int], bytes],
        now: Callable[[], float],
        keeps_traffic: bool = True,
        barring: Barring,
        sampled: int = 0,
    ) -> None:
        self.cell = cell
        self.lane = lane
        self.market = market
        self.journal = journal
        self.quotes = quotes
        self.market_at = market_at
        self.door = door
        self.vault = vault
        self.rooms = rooms
        self.clock = clock
        self.noise = noise
        self.now = now
        self.keeps_traffic = keeps_traffic
        self.barring = barring
        self.sampled = sampled  # of leads that close, in millionths
        self.throttle = Throttle()
        self.shares: dict[int, int] = {}  # of offers that rules lowered, in millionths
        self.breakers = Breakers(now, noise)
        self.bidders = Bidders()
        self.paces = Paces()
        self.answers: RecentUntil[bytes, dict[str, Any]] = RecentUntil(MOST_ANSWERS)
        self.bids = KeptBids(now)
        self.scores = Scores()
        self.wins = Wins()
        self.times = Times(now)
        self._served: dict[tuple[int, int], int] = {}
        self.lease_until = inf
        self.fenced = False
        self.leaving = False
        self.in_flight: dict[bytes, Story] = {}
        self.dropped: dict[bytes, int] = {}

    async def lease(self) -> None:
        """Return while this process surely holds its lane: what froze must not post what another has taken over.

        After a freeze this waits until the lease is renewed, which proves that nobody took the lane. Raises Fenced.
        """
        while self.now() >= self.lease_until:
            if self.fenced:
                raise Fenced("the lane was taken over")
            await asyncio.sleep(LOOK_S)

    def leave(self) -> None:
        """The process takes no more requests: what would go on for ever is to end by itself."""
        self.leaving = True

    def take(self, change: Change) -> None:
        """Work with a newer version of the market from now on. This takes no longer where there are many offers."""
        if change.market.version <= self.market.version:
            return
        if self.market is change.before:
            self.rooms.forget(change.limits, self.clock.now_ms())
        else:  # somebody else took another version meanwhile
            self.rooms.clear()
        self.market = change.market

    def oldest_open(self, before_ms: int) -> bytes:
        """A bound below which this process has no open lead; it never passes `before_ms`, for clocks step back."""
        return min((first_of(before_ms), *self.in_flight, *self.dropped))

    def new_sale(self, now_ms: int) -> tuple[str, bytes]:
        """A new sale's public id, and its bytes."""
        identifier = uuid7(now_ms, self.noise(10))
        return public(SALE, self.cell, identifier), identifier

    def job_of_leads(self, kind: str, lead: str, run_at_ms: int) -> Job:
        """A job to put with a lead's chapter, one together with those of the same kind of its batch."""
        identifier = uuid7(self.clock.now_ms(), self.noise(10))
        return Job(identifier, kind, f"{kind} {lead}", b"", run_at_ms, (lead,))

    def job(self, kind: str, key: str, payload: dict[str, Any], run_at_ms: int) -> Job:
        """A job to put with a chapter; of one key there is one at a time."""
        identifier = uuid7(self.clock.now_ms(), self.noise(10))
        return Job(identifier, kind, key, msgspec.json.encode(payload), run_at_ms)

    def ms_since(self, started: float) -> int:
        """Whole milliseconds since an instant of `now`."""
        return round((self.now() - started) * 1000)

    def live_of(self, campaign: Campaign, tier: int) -> tuple[int, float]:
        """What the tier's method reads beside the bids: whose turn it was last in this process, and a chance."""
        return self.turn_of(campaign, tier), self.draw_of(campaign, tier)

    def turn_of(self, campaign: Campaign, tier: int) -> int:
        """Whose turn it was last, 0 where the tier's method does not ask."""
        return self._served.get((campaign.number, tier), 0) if "turn" in campaign.tiers[tier].live else 0

    def draw_of(self, campaign: Campaign, tier: int) -> float:
        """A chance from 0 to below 1, 0 where the tier's method does not ask."""
        return int.from_bytes(self.noise(6), "big") / (1 << 48) if "draw" in campaign.tiers[tier].live else 0.0

    def served(self, campaign: Campaign, tier: int, offer: int) -> None:
        """Remember whose turn it was, for methods that go round. Who buys after a reject uses up no turn."""
        self._served[campaign.number, tier] = offer

    def write_quote(self, story: Story) -> Future[None]:
        """Send what a ping came to to the journal of quotes; the future ends when it is durable."""
        assert story.birth is not None
        notes = None
        if story.unwritten_notes:
            notes = self.vault.seal(story.key, story.id, NOTES_OF_QUOTE, encode_notes(story.unwritten_notes))
        quote = Quote(self.cell, story.id, story.birth, story.unwritten, notes, story.until_ms)
        return self.quotes.submit(quote)

    def write(
        self,
        story: Story,
        wishes: tuple[Wish, ...] = (),
        *,
        claims: bool = False,
        closing: bool = False,
        jobs: tuple[Job, ...] = (),
    ) -> Future[Written]:
        """Send a story's unwritten events to the journal as its next chapter; the future ends when it is durable.

        claims   take the story's claims with this chapter
        closing  nothing follows: the status row is written, and the claims of an unsold lead are given back
        jobs     what somebody has to do later, put with the chapter
        """
        sealed = None
        if story.unwritten_notes:
            purpose = b"notes %d" % (story.chapters + 1)
            sealed = self.vault.seal(story.key, story.id, purpose, encode_notes(story.unwritten_notes))
        entry = story.entry(self.noise(SALT_BYTES), sealed, wishes)
        entry.jobs = jobs
        if claims:
            entry.claims = story.claims
        status = story.state.status
        # A lead with a status waits for somebody: not so while another of its posts has no answer yet, or goes out now.
        if closing or (status != "open" and story.state.stage != "posting" and not wishes):
            entry.status = (status, story.state.reason)
        if entry.status is not None and story.talks:
            entry.traffic = self._sealed_traffic(story, entry.n)
        if closing and status != "sold":
            entry.gives_up = story.claims
        if entry.deals:
            entry.gives_up += given_back(self.vault, story, entry.events)
        return self.journal.submit(entry)

    def _sealed_traffic(self, story: Story, chapter: int) -> bytes:
        """What was said about a lead so far, once for all of it: it goes with the chapter after which nothing follows,
        or which waits for somebody."""
        packed = pack(story.talks, story.plan.campaign.secrets_of)
        story.talks = []
        return self.vault.seal(story.key, story.id, traffic_seal(chapter), packed)
