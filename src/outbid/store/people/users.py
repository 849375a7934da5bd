"""People of the house: made, and known again by their passwords. Only argon2id hashes are kept."""

import asyncio
import re
from functools import cache
from typing import Final, Literal, get_args

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from outbid.core.fault import Fault
from outbid.store.database import Connection

Role = Literal["operator", "reader"]
"""An operator may do everything, a reader looks."""
LEAST_LETTERS: Final = 10
MOST_LETTERS: Final = 1_000
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,99}")
_CHECKS: Final = 2  # a check takes 64 MiB and a tenth of a second of a core


class UserFault(Fault):
    """A user that cannot be made so. The message says what would be right."""


class User(msgspec.Struct, frozen=True):
    """Somebody who may sign in."""

    name: str
    role: Role


class _Hashing:
    """The one place where passwords are hashed and compared: a few at a time, beside the loop."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._room = asyncio.Semaphore(_CHECKS)
        self._nobodys = ""

    async def hash(self, password: str) -> str:
        """What is kept of a password."""
        async with self._room:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def fits(self, kept: str | None, password: str) -> bool:
        """Is this the password? Without anything to compare with it takes as long, and says no."""
        if not self._nobodys:  # made for known and unknown users alike, or the first answer would tell them apart
            self._nobodys = await self.hash("the password of nobody")
        async with self._room:
            return await asyncio.to_thread(self._compare, kept or self._nobodys, password) and kept is not None

    def is_old(self, kept: str) -> bool:
        """Was it made with other costs than those of today?"""
        return self._hasher.check_needs_rehash(kept)

    def _compare(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False


@cache
def _hashing() -> _Hashing:
    return _Hashing()


async def create(connection: Connection, name: str, password: str, role: Role = "operator") -> User:
    """Make a user. Raises UserFault if the name or the password will not do, or somebody has the name."""
    name = name.strip().lower()
    if not _NAME.fullmatch(name):
        raise UserFault(f"{name!r} is no name: use lower-case letters, digits and . _ @ + -, at most 100 of them")
    if role not in get_args(Role):
        raise UserFault(f"there is no role {role!r}; there are: {', '.join(get_args(Role))}")
    made = await connection.fetchval(
        "insert into house_user (name, role, hash) values ($1, $2, $3) on conflict do nothing returning name",
        name,
        role,
        await _hash_of(password),
    )
    if made is None:
        raise UserFault(f"there is a user {name!r} already")
    return User(name, role)


async def set_password(connection: Connection, name: str, password: str) -> None:
    """Give a user another password and end his sessions. Raises UserFault."""
    kept = await _hash_of(password)
    async with connection.transaction():
        if not await connection.fetchval(
            "update house_user set hash = $2 where name = $1 returning true", name.strip().lower(), kept
        ):
            raise UserFault(f"there is no user {name!r}")
        await connection.execute("delete from house_session where user_name = $1", name.strip().lower())


async def remove(connection: Connection, name: str) -> bool:
    """Take a user away, his sessions with him. False if there is none."""
    return bool(
        await connection.fetchval("delete from house_user where name = $1 returning true", name.strip().lower())
    )


async def all_users(connection: Connection) -> list[User]:
    """Everybody who may sign in, by name."""
    rows = await connection.fetch("select name, role from house_user order by name")
    return [User(row["name"], row["role"]) for row in rows]


class Kept(msgspec.Struct, frozen=True):
    """What is kept of a user: read first, compared afterwards, so that no connection waits for a hash."""

    user: User
    hash: str


async def find(connection: Connection, name: str) -> Kept | None:
    """What is kept of a user; None if there is none of this name."""
    row = await connection.fetchrow("select name, role, hash from house_user where name = $1", name.strip().lower())
    return None if row is None else Kept(User(row["name"], row["role"]), row["hash"])


async def knows(kept: Kept | None, password: str) -> bool:
    """Is this the user's password? For nobody it takes as long, and says no."""
    return await _hashing().fits(None if kept is None else kept.hash, password)


async def renew(connection: Connection, kept: Kept, password: str) -> None:
    """Hash the password of somebody who just signed in again, if it was hashed with other costs than today's."""
    if _hashing().is_old(kept.hash):
        again = await _hashing().hash(password)
        await connection.execute(
            "update house_user set hash = $3 where name = $1 and hash = $2", kept.user.name, kept.hash, again
        )


async def _hash_of(password: str) -> str:
    if not LEAST_LETTERS <= len(password) <= MOST_LETTERS:
        raise UserFault(f"a password has between {LEAST_LETTERS} and {MOST_LETTERS} characters")
    return await _hashing().hash(password)
