"""Keys: listed, made, revoked. A secret is shown once; only its hash is kept, and told to nobody."""

from typing import Annotated, Literal

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta
from msgspec.structs import replace

from outbid.api.auth import new_key
from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.refusal import Refused
from outbid.api.operator.market.nouns import Note, Page, slug_of
from outbid.api.operator.market.writing import Nouns, change, present
from outbid.api.said.description import Said
from outbid.api.said.faults import error_at
from outbid.api.said.paging import Text
from outbid.api.said.reading import Asked, convert, read_json
from outbid.core.market.noun import Key
from outbid.core.scope import HOUSE
from outbid.store import market as markets
from outbid.store.database import Connection
from outbid.store.reading import nouns as kept_nouns

PATH = "/v1/keys"
Holder = Literal["house", "source", "buyer", "seller"]


class KeyWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A key that somebody wants. `owner` is the slug of the holder; the house's keys have none."""

    holder: Holder
    owner: Annotated[str, Meta(max_length=63)] = ""
    name: Annotated[str, Meta(max_length=200)] = ""
    test: bool = False


class KeyRow(msgspec.Struct, frozen=True):
    """A key, without what opens the door."""

    id: str
    holder: Holder
    owner: str
    name: str
    test: bool
    revoked: bool


class KeyMade(KeyRow, frozen=True):
    """A key that was made just now. The secret is not shown again."""

    secret: str


class KeysPage(Page, frozen=True):
    """Which page of the keys."""

    holder: Annotated[Holder | None, Meta(description="only those of this kind of holder")] = None
    owner: Annotated[Text | None, Meta(description="only those of this holder, by slug")] = None


class KeyPage(msgspec.Struct, frozen=True):
    """A page of keys, by id."""

    items: list[KeyRow]
    next: str | None


class Keys:
    """The routes of keys."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[HTTPRouteHandler]:
        """List, make, revoke."""
        listed = Said(summary="List keys", query=KeysPage, answers={200: ("a page, by id", KeyPage)})
        made = Said(
            summary="Make a key",
            query=Note,
            body=KeyWish,
            answers={201: ("made: this is the only time that its secret is shown", KeyMade)},
            problems=(
                "market_moved",
                "market_faulty",
            ),
        )
        revoked = Said(
            summary="Revoke a key",
            path={"slug": "the key's id"},
            query=Note,
            answers={204: ("it opens nothing any more", None)},
            problems=("market_moved", "market_faulty", "noun_unknown"),
        )
        return [
            route("GET", PATH, listed, self._list),
            route("POST", PATH, made, self._make),
            route("DELETE", f"{PATH}/{{slug:str}}", revoked, self._revoke),
        ]

    async def _list(self, request: Asked) -> Response[bytes]:
        page: KeysPage = request.state.query
        of = {name: slug for name in ("holder", "owner") if (slug := getattr(page, name)) is not None}
        wish = kept_nouns.Wish(prefix=page.prefix, after=page.cursor, of=of, limit=page.limit + 1)
        async with self._desk.database() as connection:
            found = await kept_nouns.page(connection, HOUSE, "key", wish)
        rows = [_row(kept.noun) for kept in found[: page.limit]]
        return answer(KeyPage(rows, rows[-1].id if len(found) > page.limit else None))

    async def _make(self, request: Asked) -> Response[bytes]:
        wish = convert(await read_json(request), KeyWish)
        _check(wish)
        if wish.holder == "house":
            request.state.asker.must("make_house_keys", "a key of the house")
        key, secret = new_key(wish.holder, wish.owner, self._desk.exchange.noise, name=wish.name, test=wish.test)

        async def edit(_: Connection, __: int, nouns: markets.Nouns) -> dict[str, Nouns]:
            if key.holder != "house" and key.owner not in nouns[key.holder]:
                known = ", ".join(list(nouns[key.holder])[:20]) or "none"
                detail = f"there is no {key.holder} {key.owner!r}; there are: {known}"
                raise Refused("body_faulty", errors=(error_at(("owner",), "setting_faulty", detail),))
            return {"key": present(nouns, "key") | {key.slug: key}}

        note = request.state.query.note or "key made"
        await change(self._desk, request.state.asker, note, edit, {("key", key.slug): ()})
        return answer(KeyMade(key.slug, key.holder, key.owner, key.name, key.test, False, secret), 201)

    async def _revoke(self, request: Asked) -> Response[bytes]:
        slug = slug_of(request)

        async def edit(_: Connection, __: int, nouns: markets.Nouns) -> dict[str, Nouns]:
            keys = present(nouns, "key")
            if slug not in keys:
                raise Refused("noun_unknown", f"there is no key {slug!r}")
            if keys[slug].holder == "house":
                request.state.asker.must("make_house_keys", "a key of the house")
            return {"key": keys | {slug: replace(keys[slug], revoked=True)}}

        note = request.state.query.note or f"key {slug} revoked"
        await change(self._desk, request.state.asker, note, edit, {})
        return answer(None, 204)


def _check(wish: KeyWish) -> None:
    if (wish.holder == "house") == bool(wish.owner):
        detail = "a key of the house has no owner; any other names one by its slug"
        raise Refused("body_faulty", errors=(error_at(("owner",), "setting_faulty", detail),))
    if wish.test and wish.holder != "source":
        detail = "only a key of a source can be for tests"
        raise Refused("body_faulty", errors=(error_at(("test",), "setting_faulty", detail),))


def _row(noun: object) -> KeyRow:
    assert isinstance(noun, Key)
    return KeyRow(noun.slug, noun.holder, noun.owner, noun.name, noun.test, noun.revoked)
