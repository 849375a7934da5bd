"""Limited accounts: who owns them, what they count, in which window, and how much room is left."""

from hashlib import blake2b

import msgspec

from outbid.core.ledger.window import FOREVER_MS, Span, span

LEADS = "LEAD"


class Limit(msgspec.Struct, frozen=True):
    """A standing limit, from which an account follows for every instant.

    owner    `buyer:7`, `offer:42`, `campaign:1`, `source:3`, `seller:2`, or a pair
    unit     LEAD, or a currency
    window   wallet, or minute, hour, day, week, month, total
    ceiling  leads, or micros; a wallet's is its credit
    """

    owner: str
    unit: str
    window: str
    zone: str
    ceiling: int

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


def account_of(limit: Limit, at_ms: int, version: int) -> Account:
    """The account that a limit means at an instant."""
    when = Span(0, FOREVER_MS) if limit.window == "wallet" else span(limit.window, limit.zone, at_ms)
    identifier = account_id(limit.owner, limit.unit, limit.window, when.starts_at_ms)
    return Account(identifier, limit, when.starts_at_ms, when.ends_at_ms, version)


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
            found = [account_of(limit, at_ms, self.version) for limit in self._limits]
            self._accounts = tuple(sorted(found, key=lambda account: account.id))
            self._from_ms = max((account.starts_at_ms for account in found), default=0)
            self._until_ms = min((account.ends_at_ms for account in found), default=FOREVER_MS)
        return self._accounts
