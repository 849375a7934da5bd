"""Requests of sellers that were sent before: they make no second lead, in whatever process they arrive."""

from outbid.store.commit import sql
from outbid.store.commit.entry import Entry, Repeat
from outbid.store.database import Connection

_Key = tuple[bytes, int]


class Requests:
    """The requests by which the new leads of a batch came, by (keyed hash, source); of two alike the first counts."""

    def __init__(self, entries: list[Entry]) -> None:
        self._wanted: dict[_Key, tuple[bytes, bytes, int]] = {}
        self._cell = entries[0].cell if entries else 0
        self.repeats: dict[bytes, Repeat] = {}
        for entry in entries:
            if entry.birth is not None and (request := entry.birth.request) is not None:
                mine = (entry.lead_id, request.body_hash, request.expires_at_ms)
                first = self._wanted.setdefault((request.key_hash, entry.birth.source), mine)
                if first is not mine:
                    self.repeats[entry.lead_id] = Repeat(entry.cell, first[0], first[1] == request.body_hash)

    def rows(self) -> list[tuple[bytes, int, bytes, bytes, int]]:
        """Rows to take: key hash, source, body hash, lead, end."""
        return [(*key, body_hash, lead_id, ends) for key, (lead_id, body_hash, ends) in self._wanted.items()]

    async def take(self, connection: Connection, now_ms: int) -> dict[bytes, Repeat]:
        """Take what nobody has, within a transaction; by lead, whose request belongs to an older lead."""
        if not self._wanted:
            return {}
        rows = await connection.fetch(sql.TAKE_REQUESTS, self._cell, now_ms, self.rows())
        taken = {(row["key_hash"], row["source"]) for row in rows}
        lost = [key for key in self._wanted if key not in taken]
        if not lost:
            return {}
        found = await connection.fetch(sql.REQUESTS_TAKEN, [key[0] for key in lost], [key[1] for key in lost])
        repeats = {}
        for row in found:
            lead_id, body_hash, _ = self._wanted[row["key_hash"], row["source"]]
            repeats[lead_id] = Repeat(row["cell"], row["lead_id"], row["body_hash"] == body_hash)
        return repeats


def through(repeats: dict[bytes, Repeat], before: dict[bytes, Repeat]) -> dict[bytes, Repeat]:
    """Repeats of leads that turned out to be repeats themselves point at the lead that there is."""
    followed = {
        lead_id: repeat
        if (older := before.get(repeat.lead_id)) is None
        else Repeat(older.cell, older.lead_id, repeat.same and older.same)
        for lead_id, repeat in repeats.items()
    }
    return followed | before
