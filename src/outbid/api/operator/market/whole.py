"""The market as one document: read, checked, and many nouns written as one version."""

from typing import Annotated, Any

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.refusal import Refused
from outbid.api.operator.market.hiding import shown, told
from outbid.api.operator.market.history import without_hash
from outbid.api.operator.market.kinds import PLURALS
from outbid.api.operator.market.nouns import NAMED, Note
from outbid.api.operator.market.writing import Nouns, Written, change, present
from outbid.api.said.description import Said
from outbid.api.said.faults import error_at
from outbid.api.said.instants import Instant, ms_of, utc
from outbid.api.said.reading import Asked, Condition, condition_of, convert, etag, read_json
from outbid.core.ids import uuid7
from outbid.core.market.noun import Buyer, Campaign, Group, Offer, Seller, Source
from outbid.core.market.problem import Path
from outbid.core.scope import HOUSE
from outbid.store import jobs
from outbid.store import market as markets
from outbid.store.ahead import planned
from outbid.store.database import Connection
from outbid.store.reading import nouns as kept_nouns

PATH = "/v1/market"


class Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The market as in its file. A section that is absent says nothing of its kind. Keys never stand here."""

    sellers: tuple[Seller, ...] | None = None
    groups: tuple[Group, ...] | None = None
    buyers: tuple[Buyer, ...] | None = None
    campaigns: tuple[Campaign, ...] | None = None
    sources: tuple[Source, ...] | None = None
    offers: tuple[Offer, ...] | None = None


class At(msgspec.Struct, frozen=True):
    """Which version of the market."""

    version: Annotated[Annotated[int, Meta(ge=0, le=1 << 53)] | None, Meta(description="absent: the newest")] = None


class How(Note, frozen=True):
    """How a document is taken."""

    dry: Annotated[bool, Meta(description="only check it, and tell what it would change")] = False
    whole: Annotated[
        bool, Meta(description="a section is all there is of its kind: what does not stand in it goes")
    ] = False
    starts_at: Annotated[
        Instant | None, Meta(description="plan it for then, if what it changes is not changed before; absent: now")
    ] = None


class PlannedFor(msgspec.Struct, frozen=True):
    """A change that will be made at its time: see /v1/planned-changes."""

    planned: str
    starts_at: str
    base: int
    changes: list[markets.Difference]


class Changed(msgspec.Struct, frozen=True):
    """What a document came to. `version` is the market's number afterwards; `dry`: nothing was written."""

    version: int
    dry: bool
    changes: list[markets.Difference]


class Belonging(msgspec.Struct, frozen=True):
    """How many nouns of a kind name one noun: `{"kind": "offers", "of": "buyers", "slug": "harbor", "count": 3}`."""

    kind: str
    of: str
    slug: str
    count: int


class Belongings(msgspec.Struct, frozen=True):
    """How many nouns belong to each, as the market stands; what has none is not among them."""

    items: list[Belonging]


class Whole:
    """The routes of the document, and of what can be said of the market as a whole."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[HTTPRouteHandler]:
        """Read, write, count."""
        count = Said(
            summary="How many offers, sources and buyers belong to each campaign, seller, buyer and group",
            answers={200: ("those that have any", Belongings)},
        )
        read = Said(
            summary="Read the whole market",
            query=At,
            answers={200: ("the document; its ETag is the version", Document)},
            etag=True,
            problems=("version_unknown",),
        )
        write = Said(
            summary="Write many nouns as one version, or check them",
            query=How,
            body=Document,
            condition=("If-Match",),
            answers={200: ("what changed, or would", Changed), 202: ("it is planned", PlannedFor)},
            etag=True,
            problems=(
                "market_moved",
                "market_faulty",
            ),
        )
        return [
            route("GET", PATH, read, self._read),
            route("POST", PATH, write, self._write),
            route("GET", f"{PATH}/counts", count, self._count),
        ]

    async def _count(self, request: Asked) -> Response[bytes]:
        async with self._desk.database() as connection:
            found = await kept_nouns.counts(connection, HOUSE, NAMED)
        return answer(
            Belongings([Belonging(PLURALS[kind], PLURALS[key], slug, count) for kind, key, slug, count in found])
        )

    async def _read(self, request: Asked) -> Response[bytes]:
        at: int | None = request.state.query.version
        async with self._desk.database() as connection:
            if at is not None and at > await markets.version_now(connection):
                raise Refused("version_unknown")
            version, nouns = await markets.load(connection, at)
        found: dict[str, Any] = {
            plural: [told(request, noun) for _, noun in nouns[kind].values()] for kind, plural in PLURALS.items()
        }
        return answer(found, headers=etag(version))

    async def _write(self, request: Asked) -> Response[bytes]:
        how: How = request.state.query
        # Checking changes nothing, so it may be based on whatever the market is.
        condition = Condition(any=True) if how.dry and "if-match" not in request.headers else condition_of(request)
        sections, places = sections_of(convert(await read_json(request), Document))

        async def edit(_: Connection, version: int, nouns: markets.Nouns) -> dict[str, Nouns]:
            condition.check(version)
            return {kind: found if how.whole else present(nouns, kind) | found for kind, found in sections.items()}

        later = how.starts_at is not None and not how.dry
        only_check = how.dry or later
        written = await change(self._desk, request.state.asker, how.note, edit, places, only_check=only_check)
        if how.starts_at is not None and later:
            return await self._plan(request, written, ms_of(how.starts_at))
        return answer(
            Changed(written.version, how.dry, [told_of(row) for row in written.changes]),
            headers=etag(written.version),
        )

    async def _plan(self, request: Asked, written: Written, starts_at_ms: int) -> Response[bytes]:
        """Keep a change that was checked until its time."""
        exchange, asker, how = self._desk.exchange, request.state.asker, request.state.query
        now_ms = exchange.clock.now_ms()
        if starts_at_ms <= now_ms:
            raise Refused("parameter_faulty", "starts_at: take an instant that is still to come")
        identifier, job = uuid7(now_ms, exchange.noise(10)), uuid7(now_ms, exchange.noise(10))
        sides = [planned.Side(row.kind, row.slug, row.after) for row in written.changes]
        times = now_ms, starts_at_ms
        async with self._desk.database() as connection, connection.transaction():
            await planned.put(connection, identifier, (asker.by, how.note), times, written.version, sides)
            payload = {"planned_change": identifier.hex()}
            key = planned.job_key(identifier)
            await jobs.put(connection, exchange.cell, job, "planned_change", payload, starts_at_ms, key)
        changes = [told_of(row) for row in written.changes]
        return answer(PlannedFor(identifier.hex(), utc(starts_at_ms), written.version, changes), 202)


def told_of(row: markets.Difference) -> markets.Difference:
    """A change as it is told: without what opens doors."""
    row = markets.Difference(row.kind, row.slug, without_hash(row.kind, row.before), without_hash(row.kind, row.after))
    return markets.Difference(row.kind, row.slug, shown(row.before), shown(row.after))


def sections_of(document: Document, within: Path = ()) -> tuple[dict[str, Nouns], dict[tuple[str, str], Path]]:
    """The nouns of a document by kind and slug, and where each stands. Raises Refused for one that stands twice.

    `within` is where the document itself stands in the body.
    """
    sections: dict[str, Nouns] = {}
    places: dict[tuple[str, str], Path] = {}
    twice = []
    for kind, plural in PLURALS.items():
        nouns = getattr(document, plural)
        if nouns is None:
            continue
        sections[kind] = {}
        for i, noun in enumerate(nouns):
            if noun.slug in sections[kind]:
                detail = f"the {kind} {noun.slug!r} stands twice"
                twice.append(error_at((*within, plural, i, "slug"), "setting_faulty", detail))
            sections[kind][noun.slug] = noun
            places[kind, noun.slug] = (*within, plural, i)
    if twice:
        raise Refused("body_faulty", errors=tuple(twice))
    return sections, places
