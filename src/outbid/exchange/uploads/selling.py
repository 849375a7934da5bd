"""Sells the rows of a file: each is one lead, told by file and line, so that whoever goes on sells nothing twice."""

import asyncio
from typing import Any

from outbid.core.answer import PENDING
from outbid.core.contract import Flaw
from outbid.core.ids import uuid7
from outbid.core.lead import event as ev
from outbid.core.lead.state import State, fold_all
from outbid.core.market.snapshot import Source
from outbid.core.scope import HOUSE
from outbid.core.upload.columns import fields_of
from outbid.core.upload.table import Row
from outbid.exchange.arrive import ONCE_KEPT_MS, arrive, once_key, request_of
from outbid.exchange.distribute import distribute
from outbid.exchange.exchange import Exchange
from outbid.exchange.steps.rehearse import outcome_of
from outbid.exchange.uploads.rows import opened, sealed
from outbid.store import jobs, leads, uploads
from outbid.store.commit.entry import EntryFailed, NotRecorded, Repeated, Superseded
from outbid.store.uploads import BAD, LineTold, Upload

KIND = "upload"
MOST_S = 30.0
"""How long one go takes; the rest is taken up again at once."""
MOST_OPEN = 16
"""Leads of a file that are sold side by side."""


class Later(Exception):
    """Rows could not be sold now; the piece is tried again, and what was sold of it is found again."""


async def put(connection: Any, exchange: Exchange, upload: Upload, now_ms: int) -> None:
    """The file is whole: have it sold."""
    async with connection.transaction():
        if await uploads.set_state(connection, upload, "selling", now_ms):
            identifier = uuid7(now_ms, exchange.noise(10))
            key = f"{KIND} {upload.id.hex()}"
            await jobs.put(connection, upload.cell, identifier, KIND, {KIND: upload.id.hex()}, now_ms, key)


async def sell_some(exchange: Exchange, connection: Any, job: jobs.Job) -> bool:
    """Sell rows for a while. False: there are more, or the source takes no leads now. Raises Later."""
    upload = await uploads.one(connection, HOUSE, job.cell, bytes.fromhex(job.payload[KIND]))
    if upload is None or upload.state != "selling":
        return True
    key = exchange.vault.unwrap(upload.id, upload.wrapped)
    until = exchange.now() + MOST_S
    while exchange.now() < until:
        source = exchange.market.sources.get(upload.source)
        if source is None or source.paused:
            return False
        piece = await uploads.next_piece(connection, upload)
        if piece is None:
            await uploads.set_state(connection, upload, "done", exchange.clock.now_ms())
            return True
        rows = opened(exchange.vault, key, upload, piece)
        told = await _sell(exchange, connection, source, upload, rows)
        bad = {line.line for line in told if line.outcome in BAD}
        left = [row for row in rows if row.line in bad]
        kept = sealed(exchange.vault, key, upload.id, piece.first_line, left)
        await uploads.sold(connection, upload, kept, told)
    return False


async def _sell(exchange: Exchange, connection: Any, source: Source, upload: Upload, rows: list[Row]) -> list[LineTold]:
    """What became of rows, sold side by side, so many a second."""
    room = asyncio.Semaphore(MOST_OPEN)

    async def one(row: Row) -> LineTold | Repeated:
        async with room:
            return await _sell_one(exchange, source, upload, row)

    tasks = []
    for row in rows:
        tasks.append(asyncio.create_task(one(row)))
        await asyncio.sleep(1 / upload.pace)
    found = await asyncio.gather(*tasks, return_exceptions=True)
    told: list[LineTold] = []
    for row, each in zip(rows, found, strict=True):
        if isinstance(each, Repeated):
            told.append(await _sold_before(connection, row, each))
        elif isinstance(each, BaseException):
            raise Later(f"line {row.line} could not be sold now") from each
        else:
            told.append(each)
    return told


async def _sell_one(exchange: Exchange, source: Source, upload: Upload, row: Row) -> LineTold | Repeated:
    if row.flaw:
        return LineTold(row.line, "bad", None, row.flaw)
    fields = fields_of(row.cells, upload.means)
    if not fields:
        return LineTold(row.line, "bad", None, "no column that means a field has a value")
    once = f"{KIND} {upload.id.hex()} {row.line}"
    now_ms = exchange.clock.now_ms()
    request = request_of(exchange.vault, once_key(once), once.encode(), now_ms, ONCE_KEPT_MS)
    story = arrive(exchange, exchange.market, source, fields, upload.test, request)
    if upload.test:
        try:
            outcome_of(story.lead)
        except ValueError as error:
            return LineTold(row.line, "bad", None, str(error))
    try:
        await distribute(exchange, story)
    except Repeated as repeated:
        return repeated
    except (NotRecorded, Superseded):
        raise
    except EntryFailed:
        return LineTold(row.line, "bad", None, "the lead could not be stored: look at its values")
    return _told(row, story.id, story.state, story.flaws)


async def _sold_before(connection: Any, row: Row, repeated: Repeated) -> LineTold:
    """What became of a row that was sold before whoever did it could say so."""
    repeat = repeated.repeat
    record = await leads.read(connection, HOUSE, repeat.cell, repeat.lead_id)
    if record is None:
        return LineTold(row.line, "pending", repeat.lead_id, "")
    events = [event for chapter in record.chapters for event in chapter.events]
    flaws = tuple(flaw for event in events if isinstance(event, ev.Inspected) for flaw in event.flaws)
    return _told(row, repeat.lead_id, fold_all(events), flaws)


def _told(row: Row, lead_id: bytes, state: State, flaws: tuple[Flaw, ...]) -> LineTold:
    outcome = "pending" if state.status in PENDING else state.status
    notes = [f"{flaw.field or 'the lead'}: {flaw.code}. {flaw.note}".strip() for flaw in flaws]
    note = "; ".join(notes) if outcome == "refused" else ""
    return LineTold(row.line, outcome, lead_id, note or state.reason)
