"""Versions and changes: who changed what, and when; without secrets."""

import re
from typing import Annotated, Any, Literal

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.refusal import Refused
from outbid.api.operator.market.hiding import shown
from outbid.api.said.description import Said
from outbid.api.said.faults import pointer
from outbid.api.said.instants import utc
from outbid.api.said.paging import Limit, Text
from outbid.api.said.reading import Asked
from outbid.core.market.difference import at, paths_between
from outbid.core.scope import HOUSE
from outbid.store.reading import history

MOST_OF_A_VERSION = 500
NOUNS_IN_SHORT = 2
FIELDS_IN_SHORT = 2
LONGEST_IN_SHORT = 60
Number = Annotated[int, Meta(ge=0, le=1 << 53)]
_CURSOR = re.compile(r"(\d{1,18})\.([a-z]{1,20})\.(\d{1,9})")


class Version(msgspec.Struct, frozen=True):
    """A version of the market. `at` is UTC."""

    number: int
    at: str
    by: str
    note: str


class Change(msgspec.Struct, frozen=True):
    """What a version did to one noun. `before` is null for a new one, `after` for one that went."""

    version: int
    at: str
    by: str
    kind: str
    slug: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class FieldInShort(msgspec.Struct, frozen=True):
    """A setting that changed, by its JSON pointer: its values as texts of 60 characters at most, "" for none."""

    pointer: str
    before: str
    after: str


class NounInShort(msgspec.Struct, frozen=True):
    """A noun that a version changed. `fields`: the first two of them, `of` how many; none of a new one or one gone."""

    kind: str
    slug: str
    name: str
    what: Literal["new", "gone", "changed"]
    fields: list[FieldInShort]
    of: int


class VersionInShort(Version, frozen=True):
    """A version with the first two of the nouns that it changed, `of` how many."""

    nouns: list[NounInShort]
    of: int


class Versions(msgspec.Struct, frozen=True):
    """A page of versions, the newest first."""

    items: list[VersionInShort]
    next: str | None


class Changes(msgspec.Struct, frozen=True):
    """A page of changes."""

    items: list[Change]
    next: str | None


class VersionWhole(Version, frozen=True):
    """A version with what it changed; where `next` is not null, /v1/changes?cursor= tells the rest."""

    changes: list[Change]
    next: str | None


class VersionsWish(msgspec.Struct, frozen=True):
    """Which versions."""

    cursor: Annotated[Number | None, Meta(description="`next` of the page before")] = None
    limit: Limit = 100


class ChangesWish(msgspec.Struct, frozen=True):
    """Which changes."""

    kind: Literal["seller", "group", "buyer", "campaign", "source", "offer", "key"] | None = None
    slug: Text | None = None
    after: Annotated[Number, Meta(description="only of versions after this one")] = 0
    order: Literal["oldest", "newest"] = "oldest"
    cursor: Annotated[Text, Meta(description="`next` of the page before")] = ""
    limit: Limit = 100


class History:
    """The routes of the market's past."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[HTTPRouteHandler]:
        """Versions, one version, changes."""
        listed = Said(summary="List versions", query=VersionsWish, answers={200: ("the newest first", Versions)})
        read = Said(
            summary="Read a version with what it changed",
            path={"number": "the version's number"},
            answers={200: ("the version", VersionWhole)},
            problems=("version_unknown",),
        )
        changed = Said(
            summary="Who changed what", query=ChangesWish, answers={200: ("a page, by version and noun", Changes)}
        )
        return [
            route("GET", "/v1/versions", listed, self._list),
            route("GET", "/v1/versions/{number:str}", read, self._read),
            route("GET", "/v1/changes", changed, self._changes),
        ]

    async def _list(self, request: Asked) -> Response[bytes]:
        wish: VersionsWish = request.state.query
        before = history.LARGEST if wish.cursor is None else wish.cursor
        async with self._desk.database() as connection:
            found = await history.versions(connection, HOUSE, before, wish.limit + 1)
            page = found[: wish.limit]
            within = (page[-1].number, page[0].number) if page else (0, 0)
            short = await history.in_short(connection, HOUSE, within, NOUNS_IN_SHORT)
        rest = str(page[-1].number) if len(found) > wish.limit else None
        return answer(Versions([_in_short(row, *short.get(row.number, (0, []))) for row in page], rest))

    async def _read(self, request: Asked) -> Response[bytes]:
        text: str = request.path_params["number"]
        number = int(text) if re.fullmatch(r"[0-9]{1,18}", text) else 0
        async with self._desk.database() as connection:
            row = await history.version(connection, HOUSE, number)
            if row is None:
                raise Refused("version_unknown")
            found = await history.changes(connection, HOUSE, within=(number, number), limit=MOST_OF_A_VERSION + 1)
        page = found[:MOST_OF_A_VERSION]
        rest = _cursor(page[-1].place) if len(found) > MOST_OF_A_VERSION else None
        told = [_change(change) for change in page]
        return answer(VersionWhole(row.number, utc(row.at_ms), row.by, row.note, told, rest))

    async def _changes(self, request: Asked) -> Response[bytes]:
        wish: ChangesWish = request.state.query
        async with self._desk.database() as connection:
            found = await history.changes(
                connection,
                HOUSE,
                past=_place(wish.cursor),
                within=(wish.after + 1, history.LARGEST),
                kind=wish.kind,
                slug=wish.slug,
                newest_first=wish.order == "newest",
                limit=wish.limit + 1,
            )
        page = found[: wish.limit]
        rest = _cursor(page[-1].place) if len(found) > wish.limit else None
        return answer(Changes([_change(change) for change in page], rest))


def _in_short(row: history.VersionRow, of: int, sides: list[history.Side]) -> VersionInShort:
    return VersionInShort(row.number, utc(row.at_ms), row.by, row.note, [_noun(side) for side in sides], of)


def _noun(side: history.Side) -> NounInShort:
    hidden = [shown(without_hash(side.kind, one)) for one in (side.before, side.after)]
    before, after = hidden
    name = str((after or before or {}).get("name") or side.slug)
    if before is None or after is None:
        return NounInShort(side.kind, side.slug, name, "new" if before is None else "gone", [], 0)
    paths = list(paths_between(side.before, side.after))
    fields = [
        FieldInShort(pointer(path), _text(at(before, path)), _text(at(after, path))) for path in paths[:FIELDS_IN_SHORT]
    ]
    return NounInShort(side.kind, side.slug, name, "changed", fields, len(paths))


def _text(value: Any) -> str:
    text = "" if value is None else value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if len(text) <= LONGEST_IN_SHORT else f"{text[: LONGEST_IN_SHORT - 1]}…"


def _change(row: history.ChangeRow) -> Change:
    version, kind, _ = row.place
    before, after = (without_hash(kind, side) for side in (row.before, row.after))
    return Change(version, utc(row.at_ms), row.by, kind, row.slug, shown(before), shown(after))


def without_hash(kind: str, side: dict[str, Any] | None) -> dict[str, Any] | None:
    """A noun's settings; of a key, without the hash that opens doors."""
    if side is None or kind != "key":
        return side
    return {key: value for key, value in side.items() if key != "hash"}


def _cursor(place: history.Place) -> str:
    return "{}.{}.{}".format(*place)


def _place(cursor: str) -> history.Place | None:
    if not cursor:
        return None
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise Refused("parameter_faulty", "cursor: take `next` of the page before as it is")
    return int(found[1]), found[2], int(found[3])
