"""Links by which somebody joins the house or gives himself a new password: each works once, and ends by itself.

There is one for a name: a new one takes the place of the one before. Only the SHA-256 of a token is kept.
"""

import msgspec

from outbid.core.scope import Scope
from outbid.store import market as markets
from outbid.store.database import Connection
from outbid.store.house import credentials
from outbid.store.people import users
from outbid.store.people.sessions import hash_of
from outbid.store.people.users import Role, User


class Invitation(msgspec.Struct, frozen=True):
    """A link that stands. Times are UTC milliseconds.

    role     what the person will be; None: he is there, and the link gives him a new password
    forgets  with the new password the codes of his app are wanted no longer
    """

    name: str
    role: Role | None
    forgets: bool
    by: str
    made_ms: int
    expires_ms: int


class NotThere(Exception):
    """The link was used, has ended, or its person is gone."""


_COLUMNS = "name, role, forgets, by, made_at, expires_at"


async def put(connection: Connection, scope: Scope, made: Invitation, token: str) -> None:
    """Keep a link. Those that are over go. Only the house may: else PermissionError. Raises UserFault.

    A link to join needs a name that nobody has; one to a new password the name of somebody.
    """
    if scope.kind != "house":
        raise PermissionError("only the house invites")
    async with connection.transaction():
        await markets.hold(connection)
        there = await connection.fetchval("select true from house_user where name = $1", made.name)
        if there and made.role is not None:
            raise users.UserFault(f"there is a user {made.name!r} already")
        if not there and made.role is None:
            raise users.UserFault(f"there is no user {made.name!r}")
        await connection.execute(
            "delete from house_invitation where expires_at <= $1 or name = $2", made.made_ms, made.name
        )
        await connection.execute(
            f"insert into house_invitation ({_COLUMNS}, token_hash) values ($1, $2, $3, $4, $5, $6, $7)",
            *msgspec.structs.astuple(made),
            hash_of(token),
        )
        what = "a link to a new password made" if made.role is None else f"invited as {made.role}"
        await markets.write_bare(connection, made.by, f"person {made.name}: {what}")


async def standing(connection: Connection, scope: Scope, now_ms: int) -> list[Invitation]:
    """The links that stand, by name."""
    rows = await connection.fetch(
        f"select {_COLUMNS} from house_invitation where $1 = 'house' and expires_at > $2 order by name",
        scope.kind,
        now_ms,
    )
    return [Invitation(*row.values()) for row in rows]


async def find(connection: Connection, token: str, now_ms: int) -> Invitation | None:
    """The link of a token; None if there is none any more."""
    row = await connection.fetchrow(
        f"select {_COLUMNS} from house_invitation where token_hash = $1 and expires_at > $2", hash_of(token), now_ms
    )
    return None if row is None else Invitation(*row.values())


async def withdraw(connection: Connection, name: str, by: str) -> bool:
    """Take a link away; False if there is none."""
    async with connection.transaction():
        await markets.hold(connection)
        gone = await connection.fetchval("delete from house_invitation where name = $1 returning true", name)
        if gone:
            await markets.write_bare(connection, by, f"person {name}: link withdrawn")
    return bool(gone)


async def use(connection: Connection, token: str, now_ms: int, kept_hash: str) -> User:
    """Make the person, or give him the new password and end his sessions. Raises NotThere."""
    async with connection.transaction():
        await markets.hold(connection)
        row = await connection.fetchrow(
            f"delete from house_invitation where token_hash = $1 and expires_at > $2 returning {_COLUMNS}",
            hash_of(token),
            now_ms,
        )
        if row is None:
            raise NotThere
        found = Invitation(*row.values())
        user = await _join(connection, found, kept_hash) if found.role else await _renew(connection, found, kept_hash)
        what = f"joined as {user.role}" if found.role else "gave himself a new password"
        await markets.write_bare(connection, user.name, f"person {user.name}: {what}, by the link of {found.by}")
    return user


async def _join(connection: Connection, found: Invitation, kept_hash: str) -> User:
    made = await connection.fetchval(
        "insert into house_user (name, role, hash) values ($1, $2, $3) on conflict do nothing returning name",
        found.name,
        found.role,
        kept_hash,
    )
    if made is None or found.role is None:
        raise NotThere
    return User(found.name, found.role)


async def _renew(connection: Connection, found: Invitation, kept_hash: str) -> User:
    role = await connection.fetchval(
        "update house_user set hash = $2 where name = $1 returning role", found.name, kept_hash
    )
    if role is None:
        raise NotThere
    await connection.execute("delete from house_session where user_name = $1", found.name)
    if found.forgets:
        await credentials.forget(connection, found.name)
    return User(found.name, role)
