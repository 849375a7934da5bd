"""What a batch claims of persons and gives back, and who has what it did not get."""

from outbid.core.contract import Conflict
from outbid.store.commit import sql
from outbid.store.commit.entry import Entry, EntryFailed
from outbid.store.database import Connection

CLOSED = ("sold", "unsold", "refused")


class Claims:
    """One row for each (hash, scope).

    A claim is given back by letting it expire; a chore sweeps the expired ones. Of two leads in one batch that want
    the same person the first gets it.
    """

    def __init__(self, entries: list[Entry]) -> None:
        self._wanted: dict[tuple[bytes, str], tuple[bytes, int]] = {}
        self._entries = entries
        for entry in entries:
            for claim in entry.gives_up:
                holder = self._wanted.setdefault((claim.hash, claim.scope), (entry.lead_id, 0))
                if holder[0] != entry.lead_id:
                    # One of them does not have it, as after a take-over; apart, each gives back what is his.
                    raise EntryFailed("two leads of a batch give the same claim back")
        for entry in entries:
            for claim in entry.claims:
                self._wanted.setdefault((claim.hash, claim.scope), (entry.lead_id, claim.expires_at_ms))

    def rows(self) -> list[tuple[bytes, str, bytes, int]]:
        """Rows to claim: hash, scope, lead, end."""
        return [(*key, *row) for key, row in self._wanted.items()]

    async def conflicts(self, connection: Connection, claimed: int | None) -> dict[bytes, tuple[Conflict, ...]]:
        """The conflicts of each lead, given how many claims the database took; None if that is not known."""
        wanted = sum(len(entry.claims) + len(entry.gives_up) for entry in self._entries)
        if claimed == len(self._wanted) == wanted or not self._wanted:
            return {}
        keys = list(self._wanted)
        rows = await connection.fetch(sql.CLAIM_HOLDERS, [key[0] for key in keys], [key[1] for key in keys])
        holders = {(row["hash"], row["scope"]): row for row in rows}
        found: dict[bytes, tuple[Conflict, ...]] = {}
        for claim, lead_id in ((claim, entry.lead_id) for entry in self._entries for claim in entry.claims):
            holder = holders.get((claim.hash, claim.scope))
            if holder is not None and holder["lead_id"] == lead_id:
                continue
            in_flight = holder is not None and holder["status"] not in CLOSED
            found[lead_id] = (*found.get(lead_id, ()), Conflict(claim.scope, claim.name, in_flight=in_flight))
        return found
