"""Secrets: set, listed by name, taken away. A value goes in and never comes out."""

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler

from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.refusal import Refused
from outbid.api.operator.market.nouns import Note
from outbid.api.said.description import Said
from outbid.api.said.faults import error_at, pointer
from outbid.api.said.instants import utc
from outbid.api.said.reading import Asked, convert, read_json
from outbid.core.dialect.certificate import one_line
from outbid.core.dialect.reference import NAME, unfit
from outbid.core.market.referring import Place, places_of
from outbid.core.scope import HOUSE
from outbid.store import market as markets
from outbid.store.sealed import secrets

PATH = "/v1/secrets"


class SecretWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A secret's value: text without control characters, at most 4,000 bytes. PEM may have lines."""

    value: str


class SecretPlace(msgspec.Struct, frozen=True):
    """Where the market refers to a secret: the noun, and a JSON pointer into it."""

    kind: str
    slug: str
    pointer: str


class SecretRow(msgspec.Struct, frozen=True):
    """A secret without its value. `set_at` is UTC; `used_at`: where the market refers to it."""

    name: str
    set_at: str
    used_at: list[SecretPlace]


class SecretList(msgspec.Struct, frozen=True):
    """All secrets, by name."""

    items: list[SecretRow]


class Secrets:
    """The routes of secrets."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[HTTPRouteHandler]:
        """List, set, remove."""
        path = {"name": "the secret's name: lower-case letters, digits, - and _"}
        listed = Said(summary="List secrets, without their values", answers={200: ("by name", SecretList)})
        put = Said(
            summary="Set a secret, or set it anew",
            path=path,
            query=Note,
            body=SecretWish,
            answers={204: ("set: running processes send the new value within a second", None)},
            problems=("secret_name_faulty",),
        )
        removed = Said(
            summary="Take a secret away",
            path=path,
            query=Note,
            answers={204: ("it is gone", None)},
            problems=("secret_unknown", "secret_in_use"),
        )
        return [
            route("GET", PATH, listed, self._list),
            route("PUT", f"{PATH}/{{name:str}}", put, self._put),
            route("DELETE", f"{PATH}/{{name:str}}", removed, self._remove),
        ]

    async def _list(self, request: Asked) -> Response[bytes]:
        async with self._desk.database() as connection:
            _, nouns = await markets.load(connection)
            found = await secrets.names(connection, HOUSE)
        places = places_of(nouns)
        rows = [SecretRow(name, utc(at_ms), _places(places.get(name, []))) for name, at_ms in found.items()]
        return answer(SecretList(rows))

    async def _put(self, request: Asked) -> Response[bytes]:
        name: str = request.path_params["name"]
        if not NAME.fullmatch(name):
            raise Refused("secret_name_faulty")
        word = one_line(convert(await read_json(request), SecretWish).value)
        if fault := unfit(word):
            raise Refused("body_faulty", errors=(error_at(("value",), "setting_faulty", fault),))
        vault, by, note = self._desk.exchange.vault, request.state.asker.by, request.state.query.note
        async with self._desk.database() as connection:
            await secrets.put(connection, vault, name, word, by, note)
        return answer(None, 204)

    async def _remove(self, request: Asked) -> Response[bytes]:
        name: str = request.path_params["name"]
        if not NAME.fullmatch(name):
            raise Refused("secret_unknown")
        try:
            async with self._desk.database() as connection:
                gone = await secrets.remove(connection, name, request.state.asker.by, request.state.query.note)
        except secrets.StillReferredTo as error:
            where = ", ".join(f"{place.kind} {place.slug} {place.pointer}" for place in _places(error.places))
            raise Refused("secret_in_use", f"the market refers to it: {where}") from None
        if not gone:
            raise Refused("secret_unknown")
        return answer(None, 204)


def _places(places: list[Place]) -> list[SecretPlace]:
    return [SecretPlace(place.kind, place.slug, pointer(place.path)) for place in places]
