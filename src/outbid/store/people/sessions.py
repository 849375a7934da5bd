"""Sessions of people who signed in: only the SHA-256 of a token is kept, and each ends by itself."""

from collections.abc import Collection
from hashlib import sha256

import msgspec

from outbid.core.scope import Scope
from outbid.store.database import Connection
from outbid.store.people.users import User

LIFE_S = 12 * 3600
_BARRED = """(coalesce((select codes_wanted from house_setting), false) and not exists (
  select from house_credential c where c.user_name = u.name and c.kind = 'totp' and c.id = 'app'))"""


class Session(msgspec.Struct, frozen=True):
    """A session as it stands. `expires_at_ms` is in UTC milliseconds.

    barred  the house wants codes of an app of everybody, and this person has set up none
    """

    user: User
    expires_at_ms: int
    barred: bool


def hash_of(token: str) -> bytes:
    """What is kept of a token."""
    return sha256(token.encode()).digest()


async def open_session(connection: Connection, user: User, token: str) -> int | None:
    """Begin a session; returns when it ends (UTC milliseconds), None if the user is gone. Sessions that are over go."""
    await connection.execute("delete from house_session where expires_at <= now()")
    expires_at_ms: int | None = await connection.fetchval(
        """insert into house_session (token_hash, user_name, expires_at)
           select $1, name, now() + make_interval(secs => $3) from house_user where name = $2 for share
           returning expires_at""",
        hash_of(token),
        user.name,
        LIFE_S,
    )
    return expires_at_ms


async def find(connection: Connection, token: str) -> Session | None:
    """The session of a token; None if there is none, or it is over."""
    row = await connection.fetchrow(
        f"""select u.name, u.role, s.expires_at, {_BARRED} as barred
              from house_session s join house_user u on u.name = s.user_name
             where s.token_hash = $1 and s.expires_at > now()""",
        hash_of(token),
    )
    return None if row is None else Session(User(row["name"], row["role"]), row["expires_at"], row["barred"])


async def alive(connection: Connection, tokens: Collection[str]) -> frozenset[str]:
    """Those of the tokens whose sessions go on, and open more than the way to set up codes."""
    named = {hash_of(token): token for token in tokens}
    rows = await connection.fetch(
        f"""select s.token_hash from house_session s join house_user u on u.name = s.user_name
             where s.token_hash = any($1::bytea[]) and s.expires_at > now() and not {_BARRED}""",
        list(named),
    )
    return frozenset(named[row["token_hash"]] for row in rows)


async def end(connection: Connection, token: str) -> None:
    """End a session at once."""
    await connection.execute("delete from house_session where token_hash = $1", hash_of(token))


class Line(msgspec.Struct, frozen=True):
    """A session in a list, told apart by the hash of its token. Times are UTC milliseconds."""

    token_hash: bytes
    user_name: str
    created_ms: int
    expires_ms: int


async def going_on(connection: Connection, scope: Scope) -> list[Line]:
    """Every session of the house's people that goes on, by person, the newest first. None but the house is told."""
    rows = await connection.fetch(
        """select token_hash, user_name, created_at, expires_at from house_session
            where $1 = 'house' and expires_at > now() order by user_name, created_at desc""",
        scope.kind,
    )
    return [Line(*row.values()) for row in rows]


async def end_all(connection: Connection, name: str, keep: bytes = b"") -> int:
    """End the sessions of a person, but the one whose token has this hash; returns how many they were."""
    rows = await connection.fetch(
        "delete from house_session where user_name = $1 and token_hash <> $2 returning true", name, keep
    )
    return len(rows)
