"""The house's own settings, which its people change in the portal."""

import msgspec

from outbid.core.scope import Scope
from outbid.store import market as markets
from outbid.store.database import Connection


class Settings(msgspec.Struct, frozen=True):
    """The settings. `version` counts their changes; an empty zone is that of most campaigns.

    contact       how sellers reach the house
    codes_wanted  whoever has no codes of an app may do nothing but set them up
    request_days  within how many days a person's request has to be answered
    """

    version: int = 0
    name: str = ""
    zone: str = ""
    contact: str = ""
    codes_wanted: bool = False
    request_days: int = 45


async def read(connection: Connection, scope: Scope) -> Settings:
    """The settings as they are; defaults where nobody set any. Only the house's people and keys are told."""
    row = await connection.fetchrow(
        """select version, name, zone, contact, codes_wanted, request_days from house_setting where $1 = 'house'""",
        scope.kind,
    )
    return Settings() if row is None else Settings(*row.values())


async def write(connection: Connection, wish: Settings, by: str) -> bool:
    """Set them, inside the caller's transaction; False if they are not at the wish's version any more."""
    await markets.hold(connection)
    done = await connection.fetchval(
        """insert into house_setting as s (version, name, zone, contact, codes_wanted, request_days)
           select 1, $2, $3, $4, $5, $6 where $1 = 0 or exists (select from house_setting)
           on conflict (one) do update set version = s.version + 1, name = $2, zone = $3, contact = $4,
             codes_wanted = $5, request_days = $6 where s.version = $1
           returning s.version""",
        wish.version,
        wish.name,
        wish.zone,
        wish.contact,
        wish.codes_wanted,
        wish.request_days,
    )
    if done is None:
        return False
    await markets.write_bare(connection, by, f"settings of the house: {_words(wish)}")
    return True


def _words(wish: Settings) -> str:
    codes = "wanted of everybody" if wish.codes_wanted else "as each likes"
    return (
        f"name {wish.name!r}, zone {wish.zone!r}, contact {wish.contact!r}, codes {codes}, "
        f"requests within {wish.request_days} days"
    )
