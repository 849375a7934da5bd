"""What every page of the portal needs before it shows anything: who asks, where he may go, how the house counts."""

from typing import Literal

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler

from outbid import __version__
from outbid.api.door.asking import Asker, csrf_of, token_of
from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.rights import Right
from outbid.api.operator.live.summary import house_zone
from outbid.api.said.description import Said
from outbid.api.said.instants import utc
from outbid.api.said.reading import Asked
from outbid.core.scope import HOUSE
from outbid.store.house import settings
from outbid.store.house.settings import Settings
from outbid.store.people.users import Role


class HouseTold(msgspec.Struct, frozen=True):
    """The house. `zone` is the one set for it, else that of most campaigns; `currencies` are of all campaigns.

    name     what it is called; empty: nobody said
    zones, currencies  the most frequent first
    version  of the program; market: the number of the market's version; now: by the house's clock
    """

    version: str
    market: int
    now: str
    zone: str
    name: str
    zones: list[str]
    currencies: list[str]


class Shell(msgspec.Struct, frozen=True):
    """Who asks, and what he may. `rooms`: the parts of the portal that open to him; `writes`: he may change things.

    csrf        what X-CSRF-Token of each write by cookie has to say; null for keys, which need none
    expires_at  when he has to sign in again; null for keys
    """

    kind: Literal["key", "user"]
    name: str
    role: Role
    rooms: list[Literal["operator"]]
    writes: bool
    rights: list[Right]
    expires_at: str | None
    csrf: str | None
    house: HouseTold


class Shells:
    """The route of the shell."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[HTTPRouteHandler]:
        """Read."""
        said = Said(
            summary="Who am I, and in which house?", answers={200: ("who asks, and how the house counts", Shell)}
        )
        return [route("GET", "/v1/me", said, self._read)]

    async def _read(self, request: Asked) -> Response[bytes]:
        asker: Asker = request.state.asker
        async with self._desk.database() as database:
            of_house = await settings.read(database, HOUSE)
        by_cookie = asker.kind == "user" and asker.expires_at_ms is not None
        return answer(
            Shell(
                asker.kind,
                asker.name,
                asker.role,
                ["operator"],
                "change" in asker.rights,
                sorted(asker.rights),
                utc(asker.expires_at_ms) if by_cookie and asker.expires_at_ms else None,
                csrf_of(token_of(request)) if by_cookie else None,
                self._house(of_house),
            )
        )

    def _house(self, of_house: Settings) -> HouseTold:
        market = self._desk.exchange.market
        campaigns = market.campaigns.values()
        zones, currencies = [one.zone for one in campaigns], [one.currency for one in campaigns]
        return HouseTold(
            __version__,
            market.version,
            utc(self._desk.exchange.clock.now_ms()),
            house_zone(market, None, of_house.zone),
            of_house.name,
            sorted(set(zones), key=lambda zone: (-zones.count(zone), zone)),
            sorted(set(currencies), key=lambda currency: (-currencies.count(currency), currency)),
        )
