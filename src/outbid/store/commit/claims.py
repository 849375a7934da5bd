"""What a batch claims of persons and gives back, and who has what it did not get."""

from collections.abc import Iterable

import asyncpg

from outbid.core.contract import Conflict
from outbid.core.lead import event as ev
from outbid.store.commit import sql
from outbid.store.commit.entry import Claim, Entry, EntryFailed, Wish
from outbid.store.database import Connection

CLOSED = ("sold", "unsold", "refused")
Key = tuple[bytes, str]
"""Whom a claim is on: (hash, scope)."""


class Claims:
    """One row for each key.

    A claim is given back by letting it expire; a chore sweeps the expired ones. Of two leads in one batch that want
    the same person the first gets it. A wish gets all its claims or none: without them it is not held.

    barred  the sales of wishes whose person another lead of the batch has, each with that as the reason
    listed  what may stand on no suppression list: (hash, owner)
    scopes  of the claims that wishes make; most: how many rows there are in these scopes
    """

    def __init__(self, entries: list[Entry]) -> None:
        self._wanted: dict[Key, tuple[bytes, int]] = {}
        self._entries = entries
        self._give_back()
        self._claim()
        self._wishes = [(entry, wish) for entry in entries for wish in entry.wishes if wish.claims]
        lost = [wish.deal.sale for entry, wish in self._wishes if not self._hold(entry, wish)]
        self.barred = dict.fromkeys(lost, ev.AT_BUYER)
        self._listed = [wish for entry in entries for wish in entry.wishes if wish.listed]
        self.listed = list(dict.fromkeys(row for wish in self._listed for row in wish.listed))
        self.scopes = sorted({claim.scope for _, wish in self._wishes for claim in wish.claims})
        self.most = sum(scope in self.scopes for _, scope in self._wanted) if self.scopes else 0

    def _give_back(self) -> None:
        for entry in self._entries:
            for claim in entry.gives_up:
                holder = self._wanted.setdefault(_key(claim), (entry.lead_id, 0))
                if holder[0] != entry.lead_id:
                    # One of them does not have it, as after a take-over; apart, each gives back what is his.
                    raise EntryFailed("two leads of a batch give the same claim back")

    def _claim(self) -> None:
        for entry in self._entries:
            for claim in entry.claims:
                self._wanted.setdefault(_key(claim), (entry.lead_id, claim.expires_at_ms))

    def _hold(self, entry: Entry, wish: Wish) -> bool:
        """Want the claims of a wish, if nobody else of the batch does; what its own lead gives back it may have."""
        keys = {_key(claim): (entry.lead_id, claim.expires_at_ms) for claim in wish.claims}
        if any(self._wanted.get(key, row)[0] != entry.lead_id for key, row in keys.items()):
            return False
        self._wanted.update(keys)
        return True

    def rows(self) -> list[tuple[bytes, str, bytes, int]]:
        """Rows to claim: hash, scope, lead, end."""
        return [(*key, *row) for key, row in self._wanted.items()]

    async def missed(self, connection: Connection, at_ms: int) -> dict[str, str]:
        """Within the transaction that claimed: the sales of wishes whose person another lead has, or a list."""
        return self.barred | await self._claimed_by_others(connection) | await self._suppressed(connection, at_ms)

    async def _claimed_by_others(self, connection: Connection) -> dict[str, str]:
        wanted = {_key(claim) for _, wish in self._wishes for claim in wish.claims}
        if not wanted:
            return {}
        holders = {key: row["lead_id"] for key, row in (await _holders(connection, wanted)).items()}
        return {
            wish.deal.sale: ev.AT_BUYER
            for entry, wish in self._wishes
            if any(holders.get(_key(claim)) != entry.lead_id for claim in wish.claims)
        }

    async def _suppressed(self, connection: Connection, at_ms: int) -> dict[str, str]:
        if not self.listed:
            return {}
        found = {tuple(row.values()) for row in await connection.fetch(sql.LISTED, self.listed, at_ms)}
        return {wish.deal.sale: ev.SUPPRESSED for wish in self._listed if not found.isdisjoint(wish.listed)}

    async def give_back(self, connection: Connection, held: frozenset[str]) -> None:
        """Within the transaction that claimed: give back what was claimed for wishes that are not `held` after all."""
        lost = [(_key(claim), entry.lead_id) for entry, wish in self._not(held) for claim in wish.claims]
        kept = {_key(claim) for _, wish in self._wishes if wish.deal.sale in held for claim in wish.claims}
        rows = [(*key, lead_id) for key, lead_id in lost if key not in kept]
        if rows:
            hashes, scopes, leads = ([row[at] for row in rows] for at in range(3))
            await connection.execute(sql.GIVE_BACK, hashes, scopes, leads)

    def _not(self, held: frozenset[str]) -> list[tuple[Entry, Wish]]:
        over = {*held, *self.barred}
        return [(entry, wish) for entry, wish in self._wishes if wish.deal.sale not in over]

    async def conflicts(self, connection: Connection, claimed: int | None) -> dict[bytes, tuple[Conflict, ...]]:
        """The conflicts of each lead, given how many claims the database took; None if that is not known."""
        claims = [(claim, entry.lead_id) for entry in self._entries for claim in entry.claims]
        got = all(self._wanted[_key(claim)][0] == lead_id for claim, lead_id in claims)
        if not claims or (claimed == len(self._wanted) and got):
            return {}
        holders = await _holders(connection, self._wanted)
        found: dict[bytes, tuple[Conflict, ...]] = {}
        for claim, lead_id in claims:
            holder = holders.get(_key(claim))
            if holder is not None and holder["lead_id"] == lead_id:
                continue
            in_flight = holder is not None and holder["status"] not in CLOSED
            found[lead_id] = (*found.get(lead_id, ()), Conflict(claim.scope, claim.name, in_flight=in_flight))
        return found


def _key(claim: Claim) -> Key:
    return claim.hash, claim.scope


async def _holders(connection: Connection, keys: Iterable[Key]) -> dict[Key, asyncpg.Record]:
    wanted = list(keys)
    rows = await connection.fetch(sql.CLAIM_HOLDERS, [key[0] for key in wanted], [key[1] for key in wanted])
    return {(row["hash"], row["scope"]): row for row in rows}
