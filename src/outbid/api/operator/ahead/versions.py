"""Two versions of the market compared, field by field, and the way back to one of them in one step."""

import re
from typing import Annotated, Any

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.refusal import Refused
from outbid.api.operator.market.hiding import shown
from outbid.api.operator.market.history import without_hash
from outbid.api.operator.market.nouns import Note
from outbid.api.operator.market.whole import Changed, told_of
from outbid.api.operator.market.writing import Nouns, change, present
from outbid.api.said.description import Said
from outbid.api.said.faults import pointer
from outbid.api.said.reading import Asked, condition_of, etag
from outbid.core.market.difference import at, going_back, keys_away, paths_between
from outbid.core.market.noun import KINDS
from outbid.store import market as markets
from outbid.store.database import Connection

PATH = "/v1/versions/{number:str}"
_NUMBER = re.compile(r"[0-9]{1,15}")


class To(msgspec.Struct, frozen=True):
    """The other version."""

    to: Annotated[Annotated[int, Meta(ge=0, le=1 << 53)] | None, Meta(description="absent: the newest")] = None


class Back(Note, frozen=True):
    """How to go back."""

    dry: Annotated[bool, Meta(description="only check it, and tell what it would change")] = False


class Returned(Changed, frozen=True):
    """What going back came to. `keys_away`: keys that opened something then and stay away: make new ones."""

    keys_away: list[str]


class FieldChanged(msgspec.Struct, frozen=True):
    """A setting that differs, by its JSON pointer. Null where it is not there; what opens doors is hidden."""

    pointer: str
    before: Any
    after: Any


class NounChanged(msgspec.Struct, frozen=True):
    """A noun that differs. `what`: `new` and `gone` ones differ at the pointer "", as a whole."""

    kind: str
    slug: str
    what: str
    fields: list[FieldChanged]


class Between(msgspec.Struct, frozen=True):
    """What differs from one version to another one, older or newer."""

    version: int
    to: int
    changes: list[NounChanged]


class VersionsApart:
    """The routes of two versions."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[HTTPRouteHandler]:
        """Compare, return."""
        path = {"number": "the version's number"}
        compared = Said(
            summary="What differs between two versions, field by field",
            path=path,
            query=To,
            answers={200: ("every noun that differs", Between)},
            problems=("version_unknown",),
        )
        back = Said(
            summary="Go back to a version: a new one, with all nouns as they were; keys and secrets stay as they are",
            path=path,
            query=Back,
            condition=("If-Match",),
            answers={200: ("what changed, or would", Returned)},
            etag=True,
            problems=("version_unknown", "market_moved", "market_faulty"),
        )
        return [
            route("GET", f"{PATH}/difference", compared, self._compare),
            route("POST", f"{PATH}/return", back, self._return),
        ]

    async def _compare(self, request: Asked) -> Response[bytes]:
        number, to = number_in(request), request.state.query.to
        async with self._desk.database() as connection:
            newest = await markets.version_now(connection)
            to = newest if to is None else to
            if max(number, to) > newest:
                raise Refused("version_unknown")
            _, before = await markets.load(connection, number)
            _, after = await markets.load(connection, to, (number, before))
        wanted = {kind: present(after, kind) for kind in KINDS}
        return answer(Between(number, to, [noun_changed(row) for row in markets.differences(before, wanted)]))

    async def _return(self, request: Asked) -> Response[bytes]:
        number, how, condition = number_in(request), request.state.query, condition_of(request)
        away: list[str] = []

        async def edit(connection: Connection, version: int, nouns: markets.Nouns) -> dict[str, Nouns]:
            condition.check(version)
            if number > version:
                raise Refused("version_unknown")
            _, rows = await markets.load(connection, number, (version, nouns))
            then = {kind: present(rows, kind) for kind in KINDS}
            wanted = going_back(then, {kind: present(nouns, kind) for kind in KINDS})
            away[:] = keys_away(then, wanted)
            return wanted

        note = how.note or f"returned to version {number}"
        written = await change(self._desk, request.state.asker, note, edit, {}, only_check=how.dry)
        told = Returned(written.version, how.dry, [told_of(row) for row in written.changes], away)
        return answer(told, headers=etag(written.version))


def number_in(request: Asked) -> int:
    """The version that the address names. Raises Refused for what is no number."""
    text: str = request.path_params["number"]
    if not _NUMBER.fullmatch(text):
        raise Refused("version_unknown")
    return int(text)


def noun_changed(row: markets.Difference) -> NounChanged:
    """One noun's differences, without what opens doors; that a hidden setting changed is told."""
    before, after = (without_hash(row.kind, side) for side in (row.before, row.after))
    told = shown(before), shown(after)
    what = "new" if before is None else "gone" if after is None else "changed"
    fields = [FieldChanged(pointer(path), at(told[0], path), at(told[1], path)) for path in _paths(row)]
    return NounChanged(row.kind, row.slug, what, fields)


def _paths(row: markets.Difference) -> list[tuple[str | int, ...]]:
    paths = list(paths_between(row.before, row.after))
    return [path for path in paths if row.kind != "key" or path != ("hash",)]
