"""A quote as it is written, once: what the seller's ping told, what was asked and bid, and what he was promised."""

import msgspec

from outbid.core.lead import event as ev
from outbid.store.commit.entry import Birth


class Entry(msgspec.Struct, frozen=True):
    """A quote to write. `until_ms` is None if nobody bid enough; `notes` are sealed: free text from the buyers."""

    cell: int
    id: bytes
    birth: Birth
    events: list[ev.Event]
    notes: bytes | None
    until_ms: int | None


class Record(msgspec.Struct, frozen=True):
    """A quote as it stands in the database. `facts` is JSON; `sealed` and `notes` open with the key that is wrapped."""

    cell: int
    id: bytes
    source: int
    campaign: int
    version: int
    test: bool
    at_ms: int
    until_ms: int | None
    facts: bytes
    events: list[ev.Event]
    sealed: bytes
    notes: bytes | None
    wrapped: bytes
