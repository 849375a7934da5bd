"""Limited accounts: who owns them, what they count, in which window, and how much room is left."""

from hashlib import blake2b

import msgspec

from outbid.core.ledger.window import FOREVER_MS, Span, span
from outbid.core.schedule.week import Calendar

LEADS = "LEAD"


class Limit(msgspec.Struct, frozen=True):
    """A standing limit, from which an account follows for every instant.

    owner     `buyer:7`, `offer:42`, `campaign:1`, `source:3`, `seller:2`, `group:1`, or a pair, as `offer:42 source:3`:
              first whoever set it
    unit      LEAD, or a currency
    window    wallet, or minute, hour, day, week, month, total; order; or slot and its hours
    ceiling   leads, or micros; a wallet's is its credit
    term      from when to when it binds, where that does not follow from the window
    calendar  the hours of which it binds in the one at `slot`
    paced     it is spread over its window, or over those of its hours that are open
    looks_back  when it is new, its present account counts what was sold since the window began
    open      the hours that are open, None: all
    """

    owner: str
    unit: str
    window: str
    zone: str
    ceiling: int
    term: Span | None = None
    calendar: Calendar | None = None
    slot: int = -1
    paced: bool = False
    open: Calendar | None = None
    looks_back: bool = False

    def reason(self) -> str:
        """Why somebody is skipped who has no room here."""
        return "wallet_empty" if self.window == "wallet" else "cap_reached"


class Account(msgspec.Struct, frozen=True):
    """A limit in one window. `id` is a hash of owner, unit, window and start, so every process finds the same."""

    id: bytes
    limit: Limit
    starts_at_ms: int
    ends_at_ms: int
    version: int

    def amount(self, price_micros: int) -> int:
        """What one sale at this price takes of the account."""
        return 1 if self.limit.unit == LEADS else price_micros

    @property
    def name(self) -> str:
        """As people read it: `offer:42 day LEAD`."""
        return f"{self.limit.owner} {self.limit.window} {self.limit.unit}"


UNLIMITED = 4 * 10**18
"""The ceiling of an account whose limit is gone: leads that came before still ask it for room."""


class Balance(msgspec.Struct):
    """The running figures of an account while a batch decides. `ceiling` is that of the database's row."""

    ceiling: int
    posted: int
    held: int

    @property
    def room(self) -> int:
        """What may still be held."""
        return self.ceiling - self.posted - self.held


def account_id(owner: str, unit: str, window: str, starts_at_ms: int) -> bytes:
    """The 16 bytes that name an account in every process alike."""
    return blake2b(f"{owner}|{unit}|{window}|{starts_at_ms}".encode(), digest_size=16).digest()


def account_of(limit: Limit, at_ms: int, version: int) -> Account | None:
    """The account that a limit means at an instant; None if it does not bind then."""
    when = _span(limit, at_ms)
    if when is None:
        return None
    identifier = account_id(limit.owner, limit.unit, limit.window, when.starts_at_ms)
    return Account(identifier, limit, when.starts_at_ms, when.ends_at_ms, version)


def _span(limit: Limit, at_ms: int) -> Span | None:
    if limit.calendar is not None:
        moment = limit.calendar.at(at_ms)
        return moment.span if moment.slot == limit.slot else None
    if limit.term is not None:
        return limit.term
    return Span(0, FOREVER_MS) if limit.window == "wallet" else span(limit.window, limit.zone, at_ms)


class Limits:
    """Limits that bind a sale together, and the accounts they mean now, remembered until a window ends.

    `version` is one of the market's at which these limits were set; `more` are the second half, of a pair.
    """

    __slots__ = ("_accounts", "_from_ms", "_limits", "_until_ms", "more", "version")

    def __init__(self, limits: tuple[Limit, ...], version: int, more: tuple[Limit, ...] = ()) -> None:
        self._limits = limits + more
        self.more = more
        self.version = version
        self._accounts: tuple[Account, ...] = ()
        self._from_ms = 0
        self._until_ms = 0

    def at(self, at_ms: int) -> tuple[Account, ...]:
        """The accounts that a sale at this instant must find room in, sorted by id."""
        if not self._from_ms <= at_ms < self._until_ms:
            accounts = [account_of(limit, at_ms, self.version) for limit in self._limits]
            found = [account for account in accounts if account is not None]
            moments = [limit.calendar.at(at_ms) for limit in self._limits if limit.calendar is not None]
            self._accounts = tuple(sorted(found, key=lambda account: account.id))
            self._from_ms = max([0, *(one.starts_at_ms for one in found), *(one.from_ms for one in moments)])
            self._until_ms = min([FOREVER_MS, *(one.ends_at_ms for one in found), *(one.until_ms for one in moments)])
        return self._accounts
