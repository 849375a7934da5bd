"""Nouns at addresses of their own: listed, read, made, replaced, changed, taken away."""

from collections.abc import Callable
from functools import cache
from typing import Annotated, Any

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.refusal import Refused
from outbid.api.operator.market.hiding import told
from outbid.api.operator.market.kinds import PLURALS
from outbid.api.operator.market.writing import Nouns, change, present
from outbid.api.said.description import Said
from outbid.api.said.faults import error_at
from outbid.api.said.paging import Limit, Text
from outbid.api.said.reading import Asked, Condition, condition_of, convert, etag, read_json
from outbid.core.market.noun import KINDS, Noun
from outbid.core.scope import HOUSE
from outbid.store import market as markets
from outbid.store.database import Connection
from outbid.store.reading import nouns as kept_nouns


class Page(msgspec.Struct, frozen=True):
    """Which page of a list."""

    prefix: Annotated[Text, Meta(description="only slugs that begin so")] = ""
    q: Annotated[Text, Meta(description="only those with all of these words in slug or name")] = ""
    slugs: Annotated[str, Meta(max_length=8_000, description="only these, with commas between")] | None = None
    cursor: Annotated[Text, Meta(description="`next` of the page before")] = ""
    limit: Limit = 100


class PausablePage(Page, frozen=True):
    """Which page of a list of nouns that can be paused."""

    paused: Annotated[bool | None, Meta(description="only those that are, or are not, paused")] = None


class BuyerPage(PausablePage, frozen=True):
    """Which page of a list of buyers."""

    group: Annotated[Text | None, Meta(description="only those of this group, by slug")] = None


class SourcePage(PausablePage, frozen=True):
    """Which page of a list of sources."""

    campaign: Annotated[Text | None, Meta(description="only those of this campaign, by slug")] = None
    seller: Annotated[Text | None, Meta(description="only those of this seller, by slug")] = None


class OfferPage(PausablePage, frozen=True):
    """Which page of a list of offers."""

    campaign: Annotated[Text | None, Meta(description="only those of this campaign, by slug")] = None
    buyer: Annotated[Text | None, Meta(description="only those of this buyer, by slug")] = None


class Note(msgspec.Struct, frozen=True):
    """A word on a change."""

    note: Annotated[str, Meta(max_length=500, description="why; kept with the version")] = ""


Make = Callable[[Noun | None], Noun | None]
"""From a noun as it is to what it should be; None: it is not, or should go."""
PAGES: dict[str, type[Page]] = {
    "seller": Page,
    "group": Page,
    "buyer": BuyerPage,
    "campaign": PausablePage,
    "source": SourcePage,
    "offer": OfferPage,
}
NAMED = ("campaign", "seller", "buyer", "group")
"""What nouns name, and lists of them may be asked for by."""


@cache
def page_of(kind: str) -> type[msgspec.Struct]:
    """What a page of a kind looks like: `version` is the one since which the noun is so."""
    struct = KINDS[kind]
    row = msgspec.defstruct(f"{struct.__name__}Row", [("version", int), ("noun", struct)])
    return msgspec.defstruct(f"{struct.__name__}Page", [("items", list[row]), ("next", str | None)])  # type: ignore[valid-type]


class Kind:
    """The routes of one kind of noun."""

    def __init__(self, desk: Desk, kind: str) -> None:
        self._desk = desk
        self._kind = kind
        self._struct = KINDS[kind]

    def routes(self) -> list[HTTPRouteHandler]:
        """List, read, put, patch, delete."""
        path = f"/v1/{PLURALS[self._kind]}"
        acts = {"GET": self._read, "PUT": self._put, "PATCH": self._patch, "DELETE": self._delete}
        listed = Said(
            summary=f"List {PLURALS[self._kind]}",
            query=PAGES[self._kind],
            answers={200: ("a page, by slug", page_of(self._kind))},
        )
        told = {"GET": _read_said(self._kind)} | _writes_said(self._kind)
        return [
            route("GET", path, listed, self._list),
            *(route(method, f"{path}/{{slug:str}}", said, acts[method]) for method, said in told.items()),
        ]

    async def _list(self, request: Asked) -> Response[bytes]:
        page: Page = request.state.query
        wish = kept_nouns.Wish(
            prefix=page.prefix,
            after=page.cursor,
            words=page.q.strip(),
            slugs=None if page.slugs is None else tuple(page.slugs.split(",")),
            of={name: slug for name in NAMED if (slug := getattr(page, name, None)) is not None},
            paused=getattr(page, "paused", None),
            limit=page.limit + 1,
        )
        async with self._desk.database() as connection:
            found = await kept_nouns.page(connection, HOUSE, self._kind, wish)
        shown = found[: page.limit]
        rest = shown[-1].noun.slug if len(found) > page.limit else None
        return answer(
            {"items": [{"version": kept.since, "noun": told(request, kept.noun)} for kept in shown], "next": rest}
        )

    async def _read(self, request: Asked) -> Response[bytes]:
        slug = slug_of(request)
        async with self._desk.database() as connection:
            kept = await kept_nouns.one(connection, HOUSE, self._kind, slug)
        if kept is None:
            raise Refused("noun_unknown", f"there is no {self._kind} {slug!r}")
        return answer(told(request, kept.noun), headers=etag(kept.since))

    async def _put(self, request: Asked) -> Response[bytes]:
        slug, condition = slug_of(request), condition_of(request, creates=True)
        noun = self._noun(slug, await read_json(request))
        edit = _Edit(self._kind, slug, condition, lambda _: noun)
        return await self._write(request, edit)

    async def _patch(self, request: Asked) -> Response[bytes]:
        slug, condition = slug_of(request), condition_of(request)
        patch = await read_json(request)
        edit = _Edit(
            self._kind,
            slug,
            condition,
            lambda now: self._noun(slug, merged(msgspec.to_builtins(now), patch)),
            must_be=True,
        )
        return await self._write(request, edit)

    async def _delete(self, request: Asked) -> Response[bytes]:
        edit = _Edit(self._kind, slug_of(request), condition_of(request), lambda _: None, must_be=True)
        await change(self._desk, request.state.asker, request.state.query.note, edit, {})
        return answer(None, 204)

    async def _write(self, request: Asked, edit: "_Edit") -> Response[bytes]:
        places = {(self._kind, edit.slug): ()}
        written = await change(self._desk, request.state.asker, request.state.query.note, edit, places)
        since = written.version if written.changes or edit.since is None else edit.since
        return answer(edit.after, 201 if edit.since is None else 200, etag(since))

    def _noun(self, slug: str, value: dict[str, Any]) -> Noun:
        """The noun of a body, in which the slug may be left out. Raises Refused with every error."""
        named = value.get("slug", slug)
        if named != slug:
            detail = f"the address says {slug!r}; renaming is not a write: make another noun and take this one away"
            raise Refused("body_faulty", errors=(error_at(("slug",), "setting_faulty", detail),))
        return convert({"slug": slug} | value, self._struct)


def _read_said(kind: str) -> Said:
    return Said(
        summary=f"Read {_one(kind)}",
        path=_at(kind),
        answers={200: ("the noun; its ETag is the version since which it is so", KINDS[kind])},
        etag=True,
        problems=("noun_unknown",),
    )


def _writes_said(kind: str) -> dict[str, Said]:
    struct = KINDS[kind]
    put = Said(
        summary=f"Make or replace {_one(kind)}",
        path=_at(kind),
        query=Note,
        body=struct,
        condition=("If-Match", "If-None-Match"),
        answers={200: ("replaced", struct), 201: ("made", struct)},
        etag=True,
        problems=("market_moved", "market_faulty", "slug_taken"),
    )
    patch = Said(
        summary=f"Change {_one(kind)} by a JSON merge patch (RFC 7396)",
        path=_at(kind),
        query=Note,
        body=struct,
        patch=True,
        condition=("If-Match",),
        answers={200: ("changed", struct)},
        etag=True,
        problems=("market_moved", "market_faulty", "noun_unknown"),
    )
    delete = Said(
        summary=f"Take {_one(kind)} away",
        path=_at(kind),
        query=Note,
        condition=("If-Match",),
        answers={204: ("it is gone", None)},
        problems=("market_moved", "market_faulty", "noun_unknown"),
    )
    return {"PUT": put, "PATCH": patch, "DELETE": delete}


def _one(kind: str) -> str:
    return f"an {kind}" if kind == "offer" else f"a {kind}"


def _at(kind: str) -> dict[str, str]:
    return {"slug": f"the slug of the {kind}"}


class _Edit:
    """One noun changed, if it is what the request is based on. Remembers what it met, of the last try."""

    def __init__(self, kind: str, slug: str, condition: Condition, make: Make, *, must_be: bool = False) -> None:
        self.slug = slug
        self.since: int | None = None
        self.after: Noun | None = None
        self._kind, self._condition, self._make, self._must_be = kind, condition, make, must_be

    async def __call__(self, connection: Connection, _: int, nouns: markets.Nouns) -> dict[str, Nouns]:
        kept = await kept_nouns.one(connection, HOUSE, self._kind, self.slug)
        if kept is None and self._must_be:
            raise Refused("noun_unknown", f"there is no {self._kind} {self.slug!r}")
        self.since = None if kept is None else kept.since
        if kept is not None and self._condition.create:
            detail = f"there is {_one(self._kind)} {self.slug!r} already"
            taken = error_at(("slug",), "setting_faulty", detail, "Take another slug, or change what has it.")
            raise Refused("slug_taken", errors=(taken,), headers=etag(kept.since))
        self._condition.check(self.since)
        self.after = self._make(None if kept is None else kept.noun)
        wanted = present(nouns, self._kind)
        if self.after is None:
            wanted.pop(self.slug, None)
        else:
            wanted[self.slug] = self.after
        return {self._kind: wanted}


def slug_of(request: Asked) -> str:
    """The slug in the address. Raises Refused for what no slug can be and no database can hold."""
    slug: str = request.path_params["slug"]
    if "\0" in slug:
        raise Refused("noun_unknown")
    return slug


def merged(value: Any, patch: Any) -> Any:
    """A value after a JSON merge patch (RFC 7396, section 2)."""
    if not isinstance(patch, dict):
        return patch
    found = dict(value) if isinstance(value, dict) else {}
    for key, part in patch.items():
        if part is None:
            found.pop(key, None)
        else:
            found[key] = merged(found.get(key), part)
    return found
