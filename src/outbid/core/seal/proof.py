"""What a buyer is given to check by himself: his own lines of the log, and the hashes of the others around them.

In a round that is open he is given every bid, without the offers' numbers. What is never shown: another's line of a
closed round, payouts, who settled a sale, and a reason that would tell a floor of the seller.
"""

from collections.abc import Iterable, Iterator, Mapping, Set
from typing import Any

import msgspec

from outbid.core.seal.leaves import cut, leaves_of, place_of, salts_of

WITHHELD = (b'"type":"settled"', b'"price_below_floor"')


class Shown(msgspec.Struct, frozen=True):
    """A line that is shown: which of the hashes it has, its salt (hex), and its text, members of a JSON object."""

    leaf: int
    salt: str
    line: str


class SealedChapter(msgspec.Struct, frozen=True):
    """A chapter of the log: its hash, that of the chapter before it in its lane, those of all its lines; hex."""

    prev_hash: str
    hash: str
    leaves: list[str]
    shown: list[Shown]


class Stored(msgspec.Struct, frozen=True):
    """A chapter as it is stored."""

    lead_id: bytes
    n: int
    lane: int
    seq: int
    place: int
    events: bytes
    salt: bytes
    prev_hash: bytes
    hash: bytes


def prove(chapters: Iterable[Stored], offers: Set[int]) -> list[SealedChapter]:
    """The chapters of a lead, in order, that hold something of these offers, with what their buyer may be shown."""
    sales: set[str] = set()
    found = []
    for chapter in chapters:
        _, lines = cut(chapter.events)
        salts = salts_of(chapter.salt, len(lines))
        shown = [Shown(at + 1, salts[at].hex(), lines[at].decode()) for at in _mine(lines, offers, sales)]
        if shown:
            where = place_of(chapter.lane, chapter.seq, chapter.place, chapter.lead_id, chapter.n)
            leaves = [leaf.hex() for leaf in leaves_of(where, chapter.salt, chapter.events)]
            found.append(SealedChapter(chapter.prev_hash.hex(), chapter.hash.hex(), leaves, shown))
    return found


def _mine(lines: list[bytes], offers: Set[int], sales: set[str]) -> Iterator[int]:
    """The places of the lines that are shown. `sales` are those of the buyer so far; new ones are added."""
    at = 0
    while at < len(lines):
        told: Mapping[str, Any] = msgspec.json.decode(b"{%b}" % lines[at])
        if told.get("type") == "pinged":
            end = at + 1 + 2 * told["bids"]
            yield from _open_round(lines, at, end, offers)
            at = end
            continue
        if told.get("type") == "posting" and told["offer"] in offers:
            sales.add(told["sale"])
        own = told["sale"] in sales if "sale" in told else told["offer"] in offers
        if own and not any(word in lines[at] for word in WITHHELD):
            yield at
        at += 1


def _open_round(lines: list[bytes], head: int, end: int, offers: Set[int]) -> Iterator[int]:
    """Of a round in which the buyer was asked: its head, his own offers, and what everybody said."""
    own = {at for at in range(head + 1, end, 2) if msgspec.json.decode(b"{%b}" % lines[at])["offer"] in offers}
    if own:
        yield head
        yield from (at for at in range(head + 1, end) if (at - head) % 2 == 0 or at in own)
