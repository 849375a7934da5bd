"""A body with lines of a suppression list, read without keeping the loop from its leads."""

import asyncio
from datetime import date
from functools import partial
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from outbid.api.door.desk import Desk
from outbid.api.door.refusal import Refused
from outbid.api.said.reading import MOST_BYTES, Asked
from outbid.api.wire import Gone, read_body
from outbid.core.person.lines import MOST_LINES, Read, hashes_in
from outbid.store.people import suppressions

CSV = "text/csv"
TYPES = (CSV, "text/plain")
MOST_TOLD = 1_000
AT_ONCE = 100
"""Lines that are read before others have their turn: about a millisecond."""
_ANY_DAY = date(2000, 1, 1)


class BadLine(msgspec.Struct, frozen=True):
    """A line that was not understood, by its number, counted from 1. What stood in it is not repeated."""

    line: int
    code: str
    detail: str
    fix: str


class Lines(msgspec.Struct, frozen=True):
    """What a body named: keyed hashes, and the first lines that were not understood with how many there are."""

    hashes: list[bytes]
    bad: list[BadLine]
    bad_lines: int


class ChangeWish(msgspec.Struct, frozen=True):
    """What to do with whom the lines name, and for how long."""

    action: Annotated[Literal["add", "remove"], Meta(description="put them on the list, or take them off")] = "add"
    days: Annotated[
        Annotated[int, Meta(ge=1, le=3650)] | None, Meta(description="after how many days it ends; absent: never")
    ] = None

    def until_ms(self, now_ms: int) -> int | None:
        """When it ends, UTC milliseconds."""
        return None if self.days is None else now_ms + self.days * 86_400_000


async def change(desk: Desk, request: Asked, owner: str) -> tuple[int, int, Lines]:
    """Put on a list, or take off it, whom the body names: how many that changed, how many not. Raises Refused."""
    asked: ChangeWish = request.state.query
    lines, now_ms = await read_lines(desk, request), desk.exchange.clock.now_ms()
    async with desk.database() as connection:
        if asked.action == "remove":
            changed = await suppressions.remove(connection, owner, lines.hashes)
        else:
            changed = await suppressions.add(connection, owner, lines.hashes, now_ms, asked.until_ms(now_ms))
    return changed, len(set(lines.hashes)) - changed, lines


async def read_lines(desk: Desk, request: Asked) -> Lines:
    """The body of a request. Raises Refused."""
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given not in TYPES:
        raise Refused("media_type_unknown", f"send one of {', '.join(TYPES)}")
    lines = _text(await _body(request)).splitlines()
    if len(lines) > MOST_LINES:
        raise Refused("list_too_long", f"it has {len(lines)} lines")
    readers: dict[str, Read] = {kind: _reader(desk, kind) for kind in ("phone", "email")}
    hashes: list[bytes] = []
    bad: list[BadLine] = []
    bad_lines = 0
    for number, line in enumerate(lines, 1):
        found, fault = hashes_in(line, number, readers)
        hashes += [desk.exchange.vault.listed(one) for one in found]
        if fault is not None:
            bad_lines += 1
            if bad_lines <= MOST_TOLD:
                reason = desk.reasons[fault.code]
                bad.append(BadLine(number, fault.code, reason.sentence, reason.fix))
        if number % AT_ONCE == 0:
            await asyncio.sleep(0)
    return Lines(hashes, bad, bad_lines)


async def _body(request: Asked) -> bytes:
    try:
        body = await read_body(request.scope, request.receive, MOST_BYTES)  # type: ignore[arg-type]
    except Gone:
        raise Refused("csv_faulty", "the list did not come whole") from None
    if body is None:
        raise Refused("document_too_large")
    return body


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused("csv_faulty", f"byte {error.start} is not UTF-8") from None


def _reader(desk: Desk, kind: str) -> Read:
    plugin = desk.plugins.get("fields", kind)
    return partial(plugin.read, settings=plugin.Settings(), today=_ANY_DAY)
