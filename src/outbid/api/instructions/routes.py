"""Posting instructions behind the doors: a seller's of his sources, the operator's of all, and the links to them."""

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Annotated

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from outbid.api.door.asking import is_secure
from outbid.api.door.bucket import Buckets
from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.doors import OPERATOR, Door
from outbid.api.door.refusal import Refused
from outbid.api.instructions.made import MEDIA, Written, changes, made, who_gives, written
from outbid.api.said.description import Said
from outbid.api.said.instants import utc
from outbid.api.said.reading import Asked, convert, read_json
from outbid.core.ids import uuid7
from outbid.core.instructions.written.page import POLICY
from outbid.core.market.snapshot import Source
from outbid.core.scope import HOUSE, Scope
from outbid.store.people import links

OPERATORS = "/v1/sources"
PAGE = "/instructions"
DAY_MS = 86_400_000
TOKEN = re.compile(r"[0-9a-f]{32}")
_HOST = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252})|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?")
_MEDIA = tuple(MEDIA.values())


class Form(msgspec.Struct, frozen=True):
    """As what."""

    as_: Annotated[Written, Meta(description="a page, Markdown, OpenAPI 3.1, or JSON Schema of lead and ping")] = (
        msgspec.field(default="html", name="as")
    )


class LinkWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A link to be made."""

    days: Annotated[int, Meta(ge=1, le=400, description="how long it stands")] = 30
    note: Annotated[str, Meta(max_length=200, description="whom it is for")] = ""


class LinkRow(msgspec.Struct, frozen=True):
    """A link, without what opens it."""

    id: str
    note: str
    by: str
    made_at: str
    expires_at: str


class LinkMade(LinkRow, frozen=True):
    """A link that was just made: `path` opens it, and is told this once."""

    path: str


class LinkList(msgspec.Struct, frozen=True):
    """The links that stand, the newest first."""

    items: list[LinkRow]


class SourceInstructions:
    """The route of posting instructions at one door."""

    def __init__(self, desk: Desk, path: str = OPERATORS, door: Door = OPERATOR) -> None:
        self._desk, self._path, self._door = desk, path, door

    def routes(self) -> list[HTTPRouteHandler]:
        """One."""
        said = Said(
            summary="Posting instructions of a source, as it stands now",
            path={"slug": "the source"},
            query=Form,
            answers={200: ("the instructions", None)},
            media=_MEDIA,
            problems=("noun_unknown",),
            door=self._door,
            for_tests=True,
        )
        return [route("GET", f"{self._path}/{{slug:str}}/instructions", said, self._read)]

    async def _read(self, request: Asked) -> Response[bytes]:
        source = source_of(self._desk, request, request.state.asker.scope)
        return await _told(self._desk, request, source)


class Links:
    """The routes of links, and the page that they lead to."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._by_address = Buckets(5.0, 50, desk.now)
        self._by_link = Buckets(2.0, 30, desk.now)

    def routes(self) -> list[HTTPRouteHandler]:
        """Make, list, revoke; and the page."""
        path, one = {"slug": "the source"}, {"slug": "the source", "link": "the link's id"}
        put = Said(
            summary="Make a link to posting instructions that needs no login",
            path=path,
            body=LinkWish,
            answers={201: ("the link; it is told this once", LinkMade)},
            problems=("noun_unknown",),
        )
        listed = Said(
            summary="List the links to posting instructions of a source",
            path=path,
            answers={200: ("the newest first", LinkList)},
            problems=("noun_unknown",),
        )
        gone = Said(
            summary="Revoke a link to posting instructions",
            path=one,
            answers={204: ("it opens nothing any more", None)},
            problems=("noun_unknown", "link_unknown"),
        )
        page = Said(
            summary="Posting instructions by a link that needs no login",
            path={"token": "what the link holds"},
            query=Form,
            answers={200: ("the instructions, and nothing else", None)},
            media=_MEDIA,
            problems=("link_unknown", "too_many_requests"),
            is_open=True,
        )
        base = f"{OPERATORS}/{{slug:str}}/links"
        return [
            route("POST", base, put, self._make),
            route("GET", base, listed, self._list),
            route("DELETE", f"{base}/{{link:str}}", gone, self._revoke),
            route("GET", f"{PAGE}/{{token:str}}", page, self._open),
        ]

    async def _make(self, request: Asked) -> Response[bytes]:
        source = source_of(self._desk, request, HOUSE)
        wish = convert(await read_json(request), LinkWish)
        exchange = self._desk.exchange
        now_ms = exchange.clock.now_ms()
        token = exchange.noise(16).hex()
        row = links.Link(
            uuid7(now_ms, exchange.noise(10)), source.number, wish.note, request.state.asker.by, now_ms,
            now_ms + wish.days * DAY_MS,
        )  # fmt: skip
        async with self._desk.database() as connection:
            await links.put(connection, HOUSE, row, sha256(token.encode()).digest())
        return answer(LinkMade(**msgspec.structs.asdict(_row(row)), path=f"{PAGE}/{token}"), 201)

    async def _list(self, request: Asked) -> Response[bytes]:
        source = source_of(self._desk, request, HOUSE)
        now_ms = self._desk.exchange.clock.now_ms()
        async with self._desk.database() as connection:
            found = await links.of_source(connection, HOUSE, source.number, now_ms)
        return answer(LinkList([_row(row) for row in found]))

    async def _revoke(self, request: Asked) -> Response[bytes]:
        source = source_of(self._desk, request, HOUSE)
        text: str = request.path_params["link"]
        if not TOKEN.fullmatch(text):
            raise Refused("link_unknown")
        async with self._desk.database() as connection:
            if not await links.remove(connection, HOUSE, source.number, bytes.fromhex(text)):
                raise Refused("link_unknown")
        return answer(None, 204)

    async def _open(self, request: Asked) -> Response[bytes]:
        client = request.client
        self._slow_down(self._by_address, client.host if client is not None else "")
        token: str = request.path_params["token"]
        if not TOKEN.fullmatch(token):
            raise Refused("link_unknown")
        hashed, now_ms = sha256(token.encode()).digest(), self._desk.exchange.clock.now_ms()
        async with self._desk.database() as connection:
            number = await links.find(connection, hashed, now_ms)
        source = None if number is None else self._desk.exchange.market.sources.get(number)
        if source is None:
            raise Refused("link_unknown")
        self._slow_down(self._by_link, hashed.hex())
        return await _told(self._desk, request, source)

    def _slow_down(self, buckets: Buckets, name: str) -> None:
        if seconds := buckets.take(name):
            raise Refused("too_many_requests", headers={"Retry-After": str(seconds)})


def source_of(desk: Desk, request: Asked, scope: Scope) -> Source:
    """The source that an address names, as far as the asker may see it. Raises Refused."""
    slug: str = request.path_params["slug"]
    market = desk.exchange.market
    row = market.nouns.get("source", {}).get(slug)
    source = None if row is None else market.sources.get(row[0])
    if source is not None and (scope.kind, scope.number) in (
        ("house", scope.number),
        ("seller", source.seller),
        ("source", source.number),
    ):
        return source
    raise Refused("noun_unknown", "there is no such source for this key")


async def _told(desk: Desk, request: Asked, source: Source) -> Response[bytes]:
    form: Written = request.state.query.as_
    exchange = desk.exchange
    async with desk.database() as connection:
        changed = await changes(connection, source, desk.plugins)
        house = await who_gives(connection)
    address, now_ms = address_of(request), exchange.clock.now_ms()
    told = made(exchange.market, source, desk.plugins, desk.reasons, changed, address, now_ms, house)
    return Response(written(told, form), media_type=MEDIA[form], headers=dict(_headers(form)))


def _headers(form: Written) -> Mapping[str, str]:
    kept = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
    return kept | ({"Content-Security-Policy": POLICY} if form == "html" else {})


def address_of(request: Asked) -> str:
    """The exchange's own address, as the asker reached it."""
    host = request.headers.get("host", "")
    scheme = "https" if is_secure(request) else "http"
    return f"{scheme}://{host}" if _HOST.fullmatch(host) else "https://leads.example.com"


def _row(row: links.Link) -> LinkRow:
    return LinkRow(row.id.hex(), row.note, row.by, utc(row.made_ms), utc(row.expires_ms))
