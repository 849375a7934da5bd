"""A standing order made ready, and how it is delivered."""

from collections.abc import Callable, Generator, Iterable, Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from outbid.core.contract import Again, Later, PingReply, PostReply, Reads
from outbid.core.control.control import Control
from outbid.core.dialect.secrets import NO_SECRETS, Secrets
from outbid.core.dialect.wire import Answer, Http
from outbid.core.ledger.account import Limit, Limits
from outbid.core.market.snapshot.price import Rule, reads_of
from outbid.core.match.filter import Node, Predicate, facts_read
from outbid.core.money import ONE
from outbid.core.schedule.when import When


class Doubt(msgspec.Struct, frozen=True):
    """As what an uncertain sale counts after so many milliseconds."""

    after_ms: int
    outcome: str


class Duplicates(msgspec.Struct, frozen=True):
    """Whom an offer does not buy: the persons that were bought in a scope within so many milliseconds.

    scope     the buyer's (`buyer:7`), or the offer's own (`offer:12`)
    together  all fields must be equal, where one is enough otherwise
    """

    scope: str
    fields: tuple[str, ...]
    together: bool
    window_ms: int


class Notices(msgspec.Struct, frozen=True):
    """Where a buyer's notices go, and what signs them; both with their references to secrets. No address: a list."""

    url: str | None
    secret: str
    exceptions: frozenset[tuple[str, int]]


class Offer(msgspec.Struct, frozen=True):
    """A standing order, ready to be matched, asked and posted.

    price_micros its fixed price, None if it has none
    prices       fixed prices by rule, looked at first; None if it has none
    handicap     how much less its bid counts in the ranking, in millionths
    most_micros  the most that it pays: a higher bid counts as that much; `ANY_PRICE_MICROS` where nothing is set

    when   the hours and dates in which it buys; None: always
    share  in how many of the leads that match it takes part, in millionths
    duplicates  whom it does not buy again: its buyer's rule, and its own
    doubt    what a post without a clear answer counts as in the end; None: until it is settled it counts as nothing
    bids_stand_s  for how many seconds its bids stand where a reply does not say so
    keeps_bids    it is not pinged about what it bid on already, while that bid stands
    notices  how its buyer is told what became of its bids; None: he is not
    paced  whether any of its limits is spread over its window
    pairs  limits of what it buys of single sources, by their numbers
    control  what keeps it from being asked too often or in vain; None: nothing

    `group` names who may not buy the same lead twice: the buyer's group, or the buyer himself. `_found` remembers the
    accounts of its sales by source.
    """

    number: int
    slug: str
    buyer: int
    group: str
    campaign: int
    node: Node | None
    matches: Predicate | None
    price_micros: int | None
    floor_micros: int
    most_micros: int
    priority: int
    weight: int
    post_ms: int
    paused: bool
    limits: tuple[Limit, ...]
    delivery: "Delivery"
    prices: tuple[Rule, ...] | None = None
    handicap: int = 0
    when: When | None = None
    share: int = ONE
    pairs: Mapping[int, tuple[Limit, ...]] = {}
    control: Control | None = None
    paced: bool = False
    duplicates: tuple[Duplicates, ...] = ()
    doubt: Doubt | None = None
    notices: Notices | None = None
    bids_stand_s: int = 0
    keeps_bids: bool = False
    _found: dict[int, Limits] = {}

    @property
    def direct(self) -> bool:
        """Does it buy at a price that is agreed, without a ping?"""
        return self.price_micros is not None or self.prices is not None

    @property
    def reads(self) -> frozenset[str]:
        """The facts that its filter and its prices look at."""
        wanted = frozenset() if self.node is None else facts_read(self.node)
        return wanted if self.prices is None else wanted | reads_of(self.prices)

    def limits_of(
        self, source: int, others: tuple[Limit, ...], pairs: Mapping[int, tuple[Limit, ...]], version: int
    ) -> Limits:
        """Every account that a sale of this source to this offer must find room in.

        `others` and `pairs` are the source's limits, and those of what single buyers buy of it.
        """
        found = self._found.get(source)
        if found is None or found.more is not others:
            mine = self.limits + self.pairs.get(source, ()) + pairs.get(self.buyer, ())
            found = self._found[source] = Limits(mine, version, others)
        return found


def _nothing_to_ask(_: Any) -> Generator[Http, Answer, PostReply]:
    yield from ()
    return PostReply("uncertain", reason="uncertain")


class Delivery(msgspec.Struct, frozen=True):
    """A delivery bound to an offer's settings: `ping(ask)` and `post(ask)` are generators (see core/contract).

    `reads` are the fields and facts that they hold; `secrets` is what must not be kept of them.
    `again`: when a buyer is asked by `ask_again(ask)` how a post ended that had no clear answer; None: never.
    `shown(ask, step)` and `looked(answer, step)`: what each key gives, and what a rule finds; None: it cannot say.
    `later`: how the lead comes to a buyer to whom it is sold already; None: by the post. `deliver(ask)` is followed
    then. `row`: what he may fetch of it, or finds in a
    file; `file`: how such a file is laid down.
    """

    plugin: str
    repeatable: bool
    ping: Callable[[Any], Any]
    post: Callable[[Any], Any]
    reads: Reads = Reads()
    secrets: Secrets = NO_SECRETS
    again: Again | None = None
    ask_again: Callable[[Any], Any] = _nothing_to_ask
    shown: Callable[[Any, str], Any] | None = None
    looked: Callable[[Any, str], Any] | None = None
    later: Later | None = None
    deliver: Callable[[Any], Any] = _nothing_to_ask
    row: Callable[[Any], dict[str, Any]] | None = None
    file: Callable[[list[dict[str, Any]], int, int], Any] | None = None


def mute(delivery: Delivery) -> Delivery:
    """A delivery that lacks a secret: it sends nothing, and says why."""

    def ping(_: Any) -> Generator[Http, Answer, PingReply]:
        yield from ()
        return PingReply("error", reason="secret_missing")

    def post(_: Any) -> Generator[Http, Answer, PostReply]:
        yield from ()
        return PostReply("error", reason="secret_missing", reached=False)

    return replace(delivery, ping=ping, post=post, again=None, deliver=post)


def delivery_of(plugin: str, module: Any, bound: Any, known: Iterable[str]) -> Delivery:
    """What a delivery's module makes of settings that it has bound. One that does not say what it reads reads all."""
    everything = tuple(known)
    reads = module.reads(bound) if hasattr(module, "reads") else Reads(everything, everything)
    return Delivery(
        plugin,
        module.repeatable(bound),
        lambda ask: module.ping(ask, bound),
        lambda ask: module.post(ask, bound),
        reads,
        module.secrets(bound) if hasattr(module, "secrets") else NO_SECRETS,
        module.again(bound) if hasattr(module, "again") else None,
        lambda ask: module.ask_again(ask, bound),
        (lambda ask, step: module.shown(ask, bound, step)) if hasattr(module, "shown") else None,
        (lambda answer, step: module.looked(answer, bound, step)) if hasattr(module, "looked") else None,
        module.later(bound) if hasattr(module, "later") else None,
        lambda ask: module.deliver(ask, bound),
        (lambda ask: module.row(ask, bound)) if hasattr(module, "row") else None,
        (lambda rows, number, at_ms: module.file(rows, number, at_ms, bound)) if hasattr(module, "file") else None,
    )
