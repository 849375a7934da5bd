"""The house's people as a list: roles, since when, and whether codes are wanted of them."""

import msgspec

from outbid.core.scope import Scope
from outbid.store.database import Connection
from outbid.store.people.users import Role


class Person(msgspec.Struct, frozen=True):
    """Somebody who may sign in. `since_ms` is UTC milliseconds; `codes`: one is wanted beside the password."""

    name: str
    role: Role
    since_ms: int
    codes: bool


async def everybody(connection: Connection, scope: Scope) -> list[Person]:
    """All of them by name; none but the house is told."""
    rows = await connection.fetch(
        """select u.name, u.role, u.created_at,
                  exists (select from house_credential c
                           where c.user_name = u.name and c.kind = 'totp' and c.id = 'app')
             from house_user u where $1 = 'house' order by u.name""",
        scope.kind,
    )
    return [Person(*row.values()) for row in rows]
