"""The settings of the house that its owners change in the portal."""

from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.refusal import Refused
from outbid.api.operator.live.summary import house_zone
from outbid.api.operator.market.nouns import merged
from outbid.api.operator.people.roster import asker_of
from outbid.api.said.description import Said
from outbid.api.said.faults import error_at
from outbid.api.said.reading import Asked, condition_of, convert, etag, read_json
from outbid.core.scope import HOUSE
from outbid.store.house import settings

PATH = "/v1/settings"


class HouseSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the house is called, where its days begin, and its rules. Empty: no name; the zone of most campaigns.

    contact       stands in sellers' posting instructions, beside the name
    codes_wanted  whoever signs in and has no codes of an app sets them up before anything else
    request_days  within how many days the law wants a person's request to be answered
    """

    name: Annotated[str, Meta(max_length=80, description="what sellers and people of the house read")] = ""
    zone: Annotated[str, Meta(max_length=64, description="of the IANA database, such as America/New_York")] = ""
    contact: Annotated[str, Meta(max_length=200, description="how sellers reach the house: e-mail, phone")] = ""
    codes_wanted: bool = False
    request_days: Annotated[int, Meta(ge=1, le=365)] = 45


class SettingsTold(HouseSettings, frozen=True):
    """The settings. `zone_now` is the zone that holds: the one that is set, or that of most campaigns."""

    zone_now: str = ""


class SettingsOfHouse:
    """The routes of settings."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[HTTPRouteHandler]:
        """Read and change."""
        read = Said(
            summary="The settings of the house",
            answers={200: ("the settings; the ETag counts their changes", SettingsTold)},
            etag=True,
        )
        changed = Said(
            summary="Change settings of the house by a JSON merge patch (RFC 7396)",
            body=HouseSettings,
            patch=True,
            condition=("If-Match",),
            answers={200: ("changed", SettingsTold)},
            etag=True,
            right="manage_people",
        )
        return [route("GET", PATH, read, self._read), route("PATCH", PATH, changed, self._change)]

    async def _read(self, request: Asked) -> Response[bytes]:
        async with self._desk.database() as database:
            found = await settings.read(database, HOUSE)
        return answer(self._told(_wish(found)), headers=etag(found.version))

    async def _change(self, request: Asked) -> Response[bytes]:
        condition, patch = condition_of(request), await read_json(request)
        async with self._desk.database() as database, database.transaction():
            now = await settings.read(database, HOUSE)
            condition.check(now.version)
            wish = _checked(convert(merged(msgspec.to_builtins(_wish(now)), patch), HouseSettings))
            if wish == _wish(now):
                return answer(self._told(wish), headers=etag(now.version))
            written = settings.Settings(now.version, *msgspec.structs.astuple(wish))
            if not await settings.write(database, written, asker_of(request).by):
                raise Refused("version_old", "somebody else changed them meanwhile")
        return answer(self._told(wish), headers=etag(now.version + 1))

    def _told(self, found: HouseSettings) -> SettingsTold:
        zone = house_zone(self._desk.exchange.market, None, found.zone)
        return SettingsTold(**msgspec.structs.asdict(found), zone_now=zone)


def _wish(found: settings.Settings) -> HouseSettings:
    return HouseSettings(*msgspec.structs.astuple(found)[1:])


def _checked(wish: HouseSettings) -> HouseSettings:
    """Settings that can be, without space around them. Raises Refused for a zone that is none."""
    name, zone, contact = " ".join(wish.name.split()), wish.zone.strip(), " ".join(wish.contact.split())
    try:
        if zone:
            ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        detail = f"{zone!r} is no time zone, such as America/New_York"
        raise Refused("body_faulty", errors=(error_at(("zone",), "setting_faulty", detail),)) from None
    return msgspec.structs.replace(wish, name=name, zone=zone, contact=contact)
