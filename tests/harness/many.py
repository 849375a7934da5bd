"""A hundred thousand leads, written straight into the tables that lists read: no exchange sold them."""

from typing import Final

from outbid.core.ids import LEAD, first_of, public, uuid7
from outbid.core.lead import event as ev
from outbid.store.database import Connection
from outbid.store.upkeep.partitions import make_ahead

MANY: Final = 100_000
EVERY_MS: Final = 5_000
"""Between two leads: 100,000 of them come in less than six days, for which there are partitions."""
M: Final = 1_000_000
_FACTS: Final = b'{"state": "TX", "zip": "78701", "amount": 12, "email.domain": "example.com"}'
_SEALED: Final = b"\0" * 200


class Many:
    """Leads in order of arrival, by their places from 0 on. Every third one is sold, every fifth of the rest refused."""

    def __init__(self, now_ms: int, count: int = MANY, cell: int = 1) -> None:
        self.count, self.cell = count, cell
        self.begin_ms = now_ms - count * EVERY_MS
        self.now_ms = now_ms

    def id(self, place: int) -> bytes:
        """Of a lead; what follows the instant is no chance here, but differs from lead to lead."""
        return uuid7(self.at_ms(place), (place * 0x9E3779B97F4A7C15 % (1 << 80)).to_bytes(10, "big"))

    def name(self, place: int) -> str:
        """The same in public."""
        return public(LEAD, self.cell, self.id(place))

    def at_ms(self, place: int) -> int:
        return self.begin_ms + place * EVERY_MS

    def status(self, place: int) -> tuple[str, str | None]:
        if place % 3 == 0:
            return "sold", None
        return ("refused", "duplicate") if place % 5 == 0 else ("unsold", "no_bids")

    def price_micros(self, place: int) -> int:
        """Of a sold one: from $5.00 to $54.99, each some seven times."""
        return 5 * M + place * 7919 % 5_000 * 10_000

    async def write(self, connection: Connection) -> None:
        """All of them, for source 1, campaign 1, offer 1 and buyer 1."""
        await make_ahead(connection, self.now_ms)
        places, cell = range(self.count), self.cell
        ids = [self.id(place) for place in places]
        ended = [self.at_ms(place) + 300 for place in places]
        leads = [(cell, ids[p], 1, 1, 1, 1, False, self.at_ms(p), _FACTS, _SEALED) for p in places]
        names = ["cell", "id", "lane", "source", "campaign", "version", "test", "arrived_at", "facts", "sealed"]
        await connection.copy_records_to_table("lead", records=leads, columns=names)
        statuses = [(cell, ids[p], *self.status(p), 1, ended[p]) for p in places]
        names = ["cell", "lead_id", "status", "reason", "chapters", "at"]
        await connection.copy_records_to_table("lead_status", records=statuses, columns=names)
        sold = [p for p in places if self.status(p)[0] == "sold"]
        sales = [
            (cell, ids[p], ids[p], 1, 1, 1, "sold", self.price_micros(p), self.price_micros(p) // 2, ended[p])
            for p in sold
        ]
        names = ["cell", "id", "lead_id", "offer", "buyer", "source", "status", "price_micros", "payout_micros", "at"]
        await connection.copy_records_to_table("sale", records=sales, columns=names)
        chapters = [(cell, ids[p], 1, 1, 0, p, ended[p], self._events(p), b"", b"", b"") for p in places]
        names = ["cell", "lead_id", "n", "lane", "place", "seq", "at", "events", "salt", "prev_hash", "hash"]
        await connection.copy_records_to_table("chapter", records=chapters, columns=names)
        await connection.execute("analyze lead, lead_status, sale, chapter")

    async def remove(self, connection: Connection) -> None:
        """Take all of them away again: no log of the exchange tells of them, so no proof of it holds with them."""
        before = first_of(self.now_ms)
        for table, column in (("lead", "id"), ("lead_status", "lead_id"), ("sale", "lead_id"), ("chapter", "lead_id")):
            await connection.execute(f"delete from {table} where cell = $1 and {column} < $2", self.cell, before)

    def _events(self, place: int) -> bytes:
        at_ms, (status, reason) = self.at_ms(place), self.status(place)
        return ev.encode(
            [ev.Received(at_ms, 1, 1, 1), ev.Inspected(at_ms, "arrival"), ev.Closed(at_ms + 300, status, reason or "")]
        )
