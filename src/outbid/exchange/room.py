"""What this process knows of the room in accounts, so as not to ask those who cannot buy; holds are exact elsewhere."""

from outbid.core.lead.event import Skip
from outbid.core.ledger.account import Account, Balance, Limit, account_of
from outbid.core.market.snapshot import Market, Offer, Source
from outbid.core.match.match import Live, without_room

MOST_REMEMBERED = 100_000
MOST_FORGOTTEN_SINGLY = 200


class Rooms:
    """The last seen room of accounts, from this process's own batches, and from what others tell."""

    def __init__(self) -> None:
        self._room: dict[bytes, int] = {}
        self._filled: set[bytes] = set()

    def saw(self, balances: dict[bytes, Balance]) -> None:
        """Learn from the accounts that a batch locked. Those without any room are told to other processes."""
        if len(self._room) > MOST_REMEMBERED:
            self.clear()
        for identifier, balance in balances.items():
            room = balance.room
            if room <= 0 < self._room.get(identifier, 1):
                self._filled.add(identifier)
            self._room[identifier] = room

    def room(self, identifier: bytes) -> int | None:
        """The room last seen in an account; None if nothing is known of it."""
        return self._room.get(identifier)

    def learn(self, identifier: bytes, room: int) -> None:
        """Learn the room of one account from the database."""
        self._room[identifier] = room

    def clear(self) -> None:
        """Know nothing again."""
        self._room.clear()

    def forget(self, limits: list[Limit], at_ms: int) -> None:
        """Know nothing of accounts whose ceilings may be others: asked until a batch or a notice says otherwise."""
        if len(limits) > MOST_FORGOTTEN_SINGLY:
            self.clear()
        for limit in limits[:MOST_FORGOTTEN_SINGLY]:
            if (account := account_of(limit, at_ms, 0)) is not None:
                self._room.pop(account.id, None)

    def take_filled(self) -> set[bytes]:
        """The accounts that were filled since the last call."""
        filled, self._filled = self._filled, set()
        return filled

    def scarce(self) -> list[bytes]:
        """Accounts believed to be full: worth looking up again."""
        return [identifier for identifier, room in self._room.items() if room <= 0]

    def full(self, accounts: tuple[Account, ...], least_micros: int) -> str | None:
        """The name of the first account without room for a sale at the least price; None if all have room."""
        known = self._room.get
        for account in accounts:
            room = known(account.id)
            if room is not None and room <= least_micros and room < max(1, account.amount(least_micros)):
                return account.name
        return None

    def of(self, newest: Market, pinned: Market, source: Source, at_ms: int) -> Live:
        """Room as `core/match` asks for it: of an offer, for this source, now."""
        full = self.full

        def room(offer: Offer, least_micros: int) -> Skip | None:
            account = full(accounts_of(newest, pinned, source, offer, at_ms), least_micros)
            return None if account is None else without_room(offer.number, account)

        return room


def accounts_of(newest: Market, pinned: Market, source: Source, offer: Offer, at_ms: int) -> tuple[Account, ...]:
    """The accounts that a sale needs room in, by the newest limits; by the pinned ones where a noun has gone.

    The same are looked at before anybody is asked, and held before the post: a lead that pinned an older version must
    not ask those who cannot buy any more, nor pass by those who now can.
    """
    now, current = newest.sources.get(source.number), newest.offers.get(offer.number)
    if now is None or current is None:
        return pinned.limits(source, offer).at(at_ms)
    return newest.limits(now, current).at(at_ms)
