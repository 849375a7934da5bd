"""What a batch decides between reading the locked accounts and writing: pure, so the simulation runs the same code."""

from collections.abc import Mapping

import msgspec

from outbid.core.lead import event as ev
from outbid.core.ledger.account import Balance
from outbid.core.ledger.hold import capture, release, reserve, without_room
from outbid.core.ledger.moves import Deal, Move, move_of
from outbid.core.ledger.transfer import Transfer
from outbid.core.seal.leaves import chapter_hash
from outbid.store.commit.entry import Entry, Wish

BOUNDLESS = 1 << 62


class Chapter(msgspec.Struct, frozen=True):
    """One chapter as it is written. `events` is JSON, `hash` covers it and all that stood before in the lane."""

    cell: int
    lead_id: bytes
    n: int
    place: int
    events: bytes
    sealed: bytes | None
    salt: bytes
    prev_hash: bytes
    hash: bytes


class Rows(msgspec.Struct):
    """All rows of a batch that are written after its decisions. `held`: what became of the wishes, by place."""

    chapters: list[Chapter] = []
    opened: list[tuple[bytes, Deal]] = []
    moved: list[Move] = []
    transfers: list[Transfer] = []
    held: dict[int, tuple[ev.Posting | ev.NoRoom, ...]] = {}


class Halt(msgspec.Struct, frozen=True):
    """What changed in the market after this process read it: offers and buyers that may not be posted any more."""

    offers: frozenset[int] = frozenset()
    buyers: frozenset[int] = frozenset()


def accounts_of(entries: list[Entry]) -> set[bytes]:
    """The accounts that a batch must lock: those it wants to hold, and those it settles."""
    wanted: set[bytes] = set()
    for entry in entries:
        for wish in entry.wishes:
            wanted.update(wish.deal.hold.accounts)
        for deal in entry.deals.values():
            wanted.update(deal.hold.accounts)
    return wanted


def presumed(entries: list[Entry]) -> dict[bytes, Balance]:
    """Balances with room for everything: what a decision makes of them is the change of each account."""
    return {identifier: Balance(BOUNDLESS, 0, 0) for identifier in sorted(accounts_of(entries))}


def decide(
    entries: list[Entry],
    balances: dict[bytes, Balance],
    halt: Halt,
    lane: int,
    seq: int,
    prev_hash: bytes,
    barred: Mapping[str, str] = {},
) -> Rows:
    """Settle, then hold, in order of arrival; `balances` are changed in place. Returns the rows to write.

    `barred`: the sales that are not held for the person, each with the reason.
    """
    rows = Rows()
    for place, entry in enumerate(entries):
        events: list[ev.Event] = entry.events
        for event in events:
            move = None if entry.test else move_of(event, entry.deals)
            if move is not None:
                _settle(move, balances, rows)
        if entry.wishes:
            held = rows.held[place] = tuple([_hold(entry, wish, balances, halt, barred, rows) for wish in entry.wishes])
            events = [*events, *held]
        text = ev.encode(events)
        this = chapter_hash(prev_hash, lane, seq, place, entry.lead_id, entry.n, entry.salt, text)
        chapter = Chapter(entry.cell, entry.lead_id, entry.n, place, text, entry.sealed, entry.salt, prev_hash, this)
        rows.chapters.append(chapter)
        prev_hash = this
    return rows


def _settle(move: Move, balances: dict[bytes, Balance], rows: Rows) -> None:
    if move.on_hold == "capture":
        capture(move.deal.hold, move.price_micros, balances)
    elif move.on_hold == "release":
        release(move.deal.hold, balances)
    rows.moved.append(move)
    rows.transfers.extend(move.transfers)


def _hold(
    entry: Entry, wish: Wish, balances: dict[bytes, Balance], halt: Halt, barred: Mapping[str, str], rows: Rows
) -> ev.Posting | ev.NoRoom:
    deal, at_ms = wish.deal, wish.posting.at_ms
    if deal.offer in halt.offers or deal.buyer in halt.buyers:
        return ev.NoRoom(at_ms, deal.offer, f"offer:{deal.offer}", "paused")
    if deal.sale in barred:
        return ev.NoRoom(at_ms, deal.offer, "", barred[deal.sale])
    if (full := without_room(wish.accounts, deal.hold, balances, honour=wish.honour)) is not None:
        return ev.NoRoom(at_ms, deal.offer, full.name, full.limit.reason())
    reserve(deal.hold, balances)
    rows.opened.append((entry.lead_id, deal))
    return wish.posting
