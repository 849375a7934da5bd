"""Changes against the leads of the last days: queued, run one at a time beside the exchange, told of, stopped."""

import re
from typing import Annotated, Any

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.refusal import Refused
from outbid.api.operator.market.whole import Document, sections_of
from outbid.api.operator.market.writing import Nouns, change, present
from outbid.api.said.description import Said
from outbid.api.said.faults import error_at
from outbid.api.said.instants import utc
from outbid.api.said.reading import Asked, convert, read_json
from outbid.core.foresee.result import Result
from outbid.core.ids import uuid7
from outbid.core.scope import HOUSE
from outbid.store import jobs
from outbid.store import market as markets
from outbid.store.ahead import dry_runs
from outbid.store.database import Connection

PATH = "/v1/dry-runs"
MOST_NAMED = 20
_ID = re.compile(r"[0-9a-f]{32}")
Days = Annotated[int, Meta(ge=1, le=400)]
Most = Annotated[int, Meta(ge=1, le=1_000_000)]
Slug = Annotated[str, Meta(max_length=63)]


class DryRunOfChanges(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A change, as `POST /v1/market` takes it, and the leads to play. Campaign and source by slug; absent: all.

    whole       a section is all there is of its kind: what does not stand in it goes
    most_leads  of more, some are drawn
    """

    changes: Document
    whole: bool = False
    days: Days = 7
    campaign: Slug = ""
    source: Slug = ""
    most_leads: Most = 200_000


class DryRunRow(msgspec.Struct, frozen=True):
    """A dry run. `done` of `leads` were played; `error` is why it failed.

    `interrupted`: whoever ran it died; it is begun again by itself, once
    """

    id: str
    state: dry_runs.Told
    by: str
    at: str
    days: int
    campaign: str
    source: str
    done: int
    leads: int
    error: str


class DryRunWhole(DryRunRow, frozen=True):
    """A dry run with what came of it; null until it is done."""

    result: Result | None


class DryRunList(msgspec.Struct, frozen=True):
    """The dry runs that are kept, the newest first."""

    items: list[DryRunRow]


class DryRunsOfChanges:
    """The routes of them."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[HTTPRouteHandler]:
        """Put, list, read, stop."""
        put = Said(
            summary="Play a change against the leads of the last days; nothing is changed or sent",
            body=DryRunOfChanges,
            answers={202: ("it is queued: ask for it by its id", DryRunRow)},
            problems=("market_faulty", "market_moved", "dry_runs_full"),
        )
        listed = Said(summary="List the dry runs that are kept", answers={200: ("the newest first", DryRunList)})
        path = {"dry_run": "the dry run's id"}
        read = Said(
            summary="How far a dry run is, and what came of it",
            path=path,
            answers={200: ("the dry run", DryRunWhole)},
            problems=("dry_run_unknown",),
        )
        stop = Said(
            summary="Stop a dry run, or forget one that is over",
            path=path,
            answers={204: ("it goes on no longer", None)},
            problems=("dry_run_unknown",),
        )
        one = f"{PATH}/{{dry_run:str}}"
        return [
            route("POST", PATH, put, self._put),
            route("GET", PATH, listed, self._list),
            route("GET", one, read, self._read),
            route("DELETE", one, stop, self._stop),
        ]

    async def _put(self, request: Asked) -> Response[bytes]:
        wish = convert(await read_json(request), DryRunOfChanges)
        sections, places = sections_of(wish.changes, ("changes",))

        async def edit(_: Connection, __: int, nouns: markets.Nouns) -> dict[str, Nouns]:
            _check_there(wish, nouns)
            return {kind: found if wish.whole else present(nouns, kind) | found for kind, found in sections.items()}

        asker, exchange = request.state.asker, self._desk.exchange
        await change(self._desk, asker, "", edit, places, only_check=True)
        now_ms = exchange.clock.now_ms()
        identifier = uuid7(now_ms, exchange.noise(10))
        kept = dry_runs.Wish(
            msgspec.to_builtins(sections), wish.whole, wish.days, wish.campaign, wish.source, wish.most_leads
        )
        async with self._desk.database() as connection, connection.transaction():
            if not await dry_runs.put(connection, identifier, kept, asker.by, now_ms):
                raise Refused("dry_runs_full")
            job = uuid7(now_ms, exchange.noise(10))
            payload = {"dry_run": identifier.hex()}
            await jobs.put(connection, exchange.cell, job, "dry_run", payload, now_ms)
        row = dry_runs.Row(identifier, "queued", asker.by, now_ms, kept, 0, 0, "", None)
        return answer(DryRunRow(**_told(row)), 202)

    async def _list(self, request: Asked) -> Response[bytes]:
        async with self._desk.database() as connection:
            found = await dry_runs.read(connection, HOUSE, self._desk.exchange.clock.now_ms())
        return answer(DryRunList([DryRunRow(**_told(row)) for row in found]))

    async def _read(self, request: Asked) -> Response[bytes]:
        async with self._desk.database() as connection:
            found = await dry_runs.read(connection, HOUSE, self._desk.exchange.clock.now_ms(), _id(request))
        if not found:
            raise Refused("dry_run_unknown")
        return answer(DryRunWhole(**_told(found[0]), result=found[0].result))

    async def _stop(self, request: Asked) -> Response[bytes]:
        async with self._desk.database() as connection:
            if not await dry_runs.stop(connection, HOUSE, _id(request)):
                raise Refused("dry_run_unknown")
        return answer(None, 204)


def _check_there(wish: DryRunOfChanges, nouns: markets.Nouns) -> None:
    """Are campaign and source those of leads that came? Raises Refused."""
    for kind, slug in (("campaign", wish.campaign), ("source", wish.source)):
        if slug and slug not in nouns[kind]:
            known = ", ".join(sorted(nouns[kind])[:MOST_NAMED]) or "none"
            detail = f"there is no {kind} {slug!r}; there are: {known}"
            raise Refused("body_faulty", errors=(error_at((kind,), "setting_faulty", detail),))


def _id(request: Asked) -> bytes:
    text: str = request.path_params["dry_run"]
    if not _ID.fullmatch(text):
        raise Refused("dry_run_unknown")
    return bytes.fromhex(text)


def _told(row: dry_runs.Row) -> dict[str, Any]:
    wish = row.wish
    return {
        "id": row.id.hex(),
        "state": row.state,
        "by": row.by,
        "at": utc(row.at_ms),
        "days": wish.days,
        "campaign": wish.campaign,
        "source": wish.source,
        "done": row.done,
        "leads": row.leads,
        "error": row.error,
    }
