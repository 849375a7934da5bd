"""A chapter's hash: over salted hashes of its lines, so that one line can be shown and the others stay closed.

A line that a buyer may be shown is one offer's part in a round, or what happened to a sale, without the seller's
payout. Each has a hash of its own under a salt of its own. All else of the chapter is one closed line with its place in
the lane. Of a round that is open, each bid is two lines, so that the hash of the offer stands for the bidder, and the
round's head, which tells how many were asked, may be shown too.

Everything is cut out of the bytes as they are stored: nothing depends on how a later release would encode them. A line
is the members of a JSON object without the braces around them. This is the hot path: a lead has about fifteen lines.
"""

import re
from functools import lru_cache
from hashlib import blake2s, shake_128
from operator import add
from struct import Struct

SALT_BYTES = 16
ZERO_HASH = bytes(32)
"""What the first chapter of a lane follows."""
_ROUND, _BIDS, _OPEN = b'{"type":"pinged"', b'"bids":[{', b'"open":true'
_SALE = re.compile(rb'(?<=[\[,])\{("type":"(?:posting|sold|rejected|unsure|asked|settled)"[^}]*)')
_PAYOUT = re.compile(rb',"payout_micros":-?\d+')
# How what is hashed begins; a line that may be shown begins with the quote of its first member.
_CLOSED, _LINK = b"\0", b"\2"


def cut(events: bytes) -> tuple[bytes, list[bytes]]:
    """What stays closed of a chapter, and the lines that may be shown. `events` is its JSON array as it is stored.

    First come the bids of all rounds, then the events of sales, each in order.
    """
    lines: list[bytes] = []
    closed = _without_rounds(events, lines) if _ROUND in events else events
    parts = _SALE.split(closed)
    if len(parts) == 1:
        return closed, lines
    for place in range(1, len(parts), 2):
        whole = parts[place]
        lines.append(_PAYOUT.sub(b"", whole))
        parts[place] = b"".join(_PAYOUT.findall(whole))
    return b"\n".join(parts), lines


def _without_rounds(events: bytes, lines: list[bytes]) -> bytes:
    """What stays closed of a chapter's rounds: all but the bids, or if it is open what follows them."""
    head, *rest = events.split(_BIDS)
    closed = [head]
    for part in rest:
        inner, _, after = part.partition(b"}]")
        bids = inner.split(b"},{")
        if _OPEN not in after[: after.find(b"}")]:
            lines += bids
        else:
            before, _, round_ = closed.pop().rpartition(b"{")
            closed.append(before)
            lines.append(b'%b"bids":%d' % (round_, len(bids)))
            for bid in bids:
                offer, _, said = bid.partition(b",")
                lines += (offer, said)
        closed.append(b"%d|%b" % (len(bids), after))
    return b"\n".join(closed)


@lru_cache(256)
def _salts(count: int) -> Struct:
    return Struct(f"{SALT_BYTES}s" * count)


def salts_of(salt: bytes, count: int) -> tuple[bytes, ...]:
    """A salt for each line, drawn from the chapter's own by SHAKE-128: none of them tells another."""
    return _salts(count).unpack(shake_128(salt).digest(SALT_BYTES * count))


def leaf_of(line: bytes, salt: bytes) -> bytes:
    """The hash of a line that may be shown."""
    return blake2s(line + salt).digest()


def leaves_of(where: bytes, salt: bytes, events: bytes) -> list[bytes]:
    """The hashes of a chapter's lines, that of the closed one first. `where`: its lead, and its place in the lane."""
    closed, lines = cut(events)
    first = blake2s(_CLOSED + salt + where + closed).digest()
    if not lines:
        return [first]
    return [first, *[blake2s(salted).digest() for salted in map(add, lines, salts_of(salt, len(lines)))]]


def link(prev_hash: bytes, leaves: list[bytes]) -> bytes:
    """A chapter's hash, from that of the chapter before it in its lane and those of its lines."""
    return blake2s(_LINK + prev_hash + b"".join(leaves)).digest()


def place_of(lane: int, seq: int, place: int, lead_id: bytes, n: int) -> bytes:
    """Where a chapter stands, as its closed line begins: the lead's id has 16 bytes."""
    return b"%d|%d|%d|%d|" % (lane, seq, place, n) + lead_id


def chapter_hash(
    prev_hash: bytes, lane: int, seq: int, place: int, lead_id: bytes, n: int, salt: bytes, events: bytes
) -> bytes:
    """The hash of a chapter over the chapter before it, its place in its lane, and its content."""
    return link(prev_hash, leaves_of(place_of(lane, seq, place, lead_id, n), salt, events))
