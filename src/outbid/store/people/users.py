"""People of the house: made, and known again by their passwords. Only argon2id hashes are kept."""

import asyncio
import re
from functools import cache
from typing import Final, Literal, get_args

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from outbid.core.fault import Fault
from outbid.store import market as markets
from outbid.store.database import Connection

Role = Literal["owner", "operator", "viewer"]
"""An owner may do everything, an operator all that runs the exchange, a viewer looks: see api/door/rights."""
LEAST_LETTERS: Final = 10
MOST_LETTERS: Final = 1_000
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,99}")
_TAKEN: Final = ("invitations",)
_CHECKS: Final = 2  # a check takes 64 MiB and a tenth of a second of a core


class UserFault(Fault):
    """A user that cannot be made so. The message says what would be right."""


class LastOwner(UserFault):
    """The last owner can neither go nor step down."""


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


async def create(connection: Connection, name: str, password: str, role: Role | None = None) -> User:
    """Make a user; without a role, an owner if the house has none yet, else an operator. Raises UserFault.

    That is raised if the name or the password will not do, or somebody has the name.
    """
    name = name_of(name)
    if role is not None and role not in get_args(Role):
        raise UserFault(f"there is no role {role!r}; there are: {', '.join(get_args(Role))}")
    kept = await hash_of(password)
    async with connection.transaction():
        await markets.hold(connection)
        made = await connection.fetchval(
            """insert into house_user (name, role, hash)
               select $1, coalesce($2, case when exists (select from house_user where role = 'owner')
                                            then 'operator' else 'owner' end), $3
               on conflict do nothing returning role""",
            name,
            role,
            kept,
        )
    if made is None:
        raise UserFault(f"there is a user {name!r} already")
    return User(name, made)


def name_of(text: str) -> str:
    """A name as it is kept. Raises UserFault for what is none."""
    name = text.strip().lower()
    if name in _TAKEN:
        raise UserFault(f"{name!r} is a word in the API's addresses: take another name")
    if not _NAME.fullmatch(name):
        raise UserFault(f"{name!r} is no name: use lower-case letters, digits and . _ @ + -, at most 100 of them")
    return name


async def set_password(connection: Connection, name: str, password: str, keep: bytes = b"") -> None:
    """Give a user another password and end his sessions, but the one whose token has this hash. Raises UserFault."""
    kept = await hash_of(password)
    async with connection.transaction():
        if not await connection.fetchval(
            "update house_user set hash = $2 where name = $1 returning true", name.strip().lower(), kept
        ):
            raise UserFault(f"there is no user {name!r}")
        await connection.execute(
            "delete from house_session where user_name = $1 and token_hash <> $2", name.strip().lower(), keep
        )


async def set_role(connection: Connection, name: str, role: Role, by: str) -> bool:
    """Give a user another role, at once in all of his sessions; False if there is none. Raises UserFault.

    The last owner keeps his: somebody has to be able to invite and to remove.
    """
    async with connection.transaction():
        was = await _held(connection, name)
        if was is None:
            return False
        if was == role:
            return True
        await _leave_an_owner(connection, name, role)
        await connection.execute("update house_user set role = $2 where name = $1", name, role)
        await connection.execute("delete from house_invitation where by = $1", name)
        await markets.write_bare(connection, by, f"person {name}: {was} before, {role} now")
    return True


async def remove(connection: Connection, name: str, by: str) -> bool:
    """Take a user away, with his sessions and the links he made. False if there is none. Raises UserFault.

    The last owner stays.
    """
    name = name.strip().lower()
    async with connection.transaction():
        if await _held(connection, name) is None:
            return False
        await _leave_an_owner(connection, name, None)
        await connection.execute("delete from house_user where name = $1", name)
        await connection.execute("delete from house_invitation where by = $1 or name = $1", name)
        await markets.write_bare(connection, by, f"person {name}: taken away")
    return True


async def _held(connection: Connection, name: str) -> str | None:
    """The role of a user, under the lock of changes: so two owners cannot take each other's role at once."""
    await markets.hold(connection)
    found: str | None = await connection.fetchval("select role from house_user where name = $1", name)
    return found


async def _leave_an_owner(connection: Connection, name: str, role: str | None) -> None:
    if role != "owner" and not await connection.fetchval(
        """select exists (select from house_user where role = 'owner' and name <> $1)
               or not exists (select from house_user where role = 'owner' and name = $1)""",
        name,
    ):
        raise LastOwner(f"{name} is the last owner: make somebody else an owner first")


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


async def hash_of(password: str) -> str:
    """What is kept of a new password. Raises UserFault if it is too short or too long."""
    if not LEAST_LETTERS <= len(password) <= MOST_LETTERS:
        raise UserFault(f"a password has between {LEAST_LETTERS} and {MOST_LETTERS} characters")
    return await _hashing().hash(password)
