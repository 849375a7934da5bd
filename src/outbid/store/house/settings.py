"""The house's own settings: its name and zone, which its people change in the portal."""

import msgspec

from outbid.core.scope import Scope
from outbid.store import market as markets
from outbid.store.database import Connection


class Settings(msgspec.Struct, frozen=True):
    """The settings. `version` counts their changes; an empty zone is that of most campaigns."""

    version: int = 0
    name: str = ""
    zone: str = ""


async def read(connection: Connection, scope: Scope) -> Settings:
    """The settings as they are; defaults where nobody set any. Only the house's people and keys are told."""
    row = await connection.fetchrow("select version, name, zone from house_setting where $1 = 'house'", scope.kind)
    return Settings() if row is None else Settings(*row.values())


async def write(connection: Connection, based_on: int, name: str, zone: str, by: str) -> bool:
    """Set them, inside the caller's transaction; False if they are not what they were based on any more."""
    await markets.hold(connection)
    done = await connection.fetchval(
        """insert into house_setting as s (version, name, zone) select 1, $2, $3
            where $1 = 0 or exists (select from house_setting)
           on conflict (one) do update set version = s.version + 1, name = $2, zone = $3 where s.version = $1
           returning s.version""",
        based_on,
        name,
        zone,
    )
    if done is None:
        return False
    await markets.write_bare(connection, by, f"settings of the house: name {name!r}, zone {zone!r}")
    return True
