"""What people prove themselves by beside their passwords: codes of an app, and recovery codes. Each is taken once."""

from collections.abc import Sequence
from hashlib import sha256

import msgspec

from outbid.core.people.totp import step_of
from outbid.store.database import Connection
from outbid.store.vault import SealBroken, Vault

_BEGUN = "begun"
_KEPT = "app"


class Standing(msgspec.Struct, frozen=True):
    """Are codes wanted of a person, and how many recovery codes has he left?"""

    on: bool
    recovery_left: int


def hash_of(code: str) -> bytes:
    """What is kept of a recovery code: it is 80 random bits, so a fast hash will do."""
    return sha256(_plain(code).encode()).digest()


async def standing(connection: Connection, name: str) -> Standing:
    """How a person stands."""
    rows = await connection.fetch(
        """select count(*) filter (where kind = 'totp' and id = $2) as apps,
                  count(*) filter (where kind = 'recovery') as codes
             from house_credential where user_name = $1""",
        name,
        _KEPT,
    )
    return Standing(rows[0]["apps"] > 0, rows[0]["codes"])


async def begin(connection: Connection, vault: Vault, name: str, secret: bytes) -> None:
    """Keep a secret that counts once a code of it was seen. One begun before is forgotten."""
    await connection.execute(
        """insert into house_credential (user_name, kind, id, key_version, sealed) values ($1, 'totp', $2, $3, $4)
           on conflict (user_name, kind, id) do update set key_version = $3, sealed = $4, made_at = now()""",
        name,
        _BEGUN,
        vault.in_use,
        vault.seal_word(_word(name), secret),
    )


async def confirm(
    connection: Connection, vault: Vault, name: str, code: str, now_ms: int, codes: Sequence[str]
) -> bool:
    """Want codes of the secret that was begun from now on, and keep these recovery codes; False: not its code."""
    async with connection.transaction():
        row = await connection.fetchrow(
            "select sealed from house_credential where user_name = $1 and kind = 'totp' and id = $2 for update",
            name,
            _BEGUN,
        )
        step = None if row is None else _step(vault, name, row["sealed"], code, now_ms)
        if step is None:
            return False
        await connection.execute(
            "delete from house_credential where user_name = $1 and (kind = 'recovery' or id = $2)", name, _KEPT
        )
        await connection.execute(
            "update house_credential set id = $3, used = $4 where user_name = $1 and kind = 'totp' and id = $2",
            name,
            _BEGUN,
            _KEPT,
            step,
        )
        await connection.execute(
            """insert into house_credential (user_name, kind, id, hash)
               select $1, 'recovery', n::text, h from unnest($2::bytea[]) with ordinality u (h, n)""",
            name,
            [hash_of(code) for code in codes],
        )
    return True


async def take(connection: Connection, vault: Vault, name: str, code: str, now_ms: int) -> bool:
    """Take a code of the app or a recovery code; False if it is neither, or was taken before."""
    row = await connection.fetchrow(
        "select sealed from house_credential where user_name = $1 and kind = 'totp' and id = $2", name, _KEPT
    )
    if row is None:
        return False
    step = _step(vault, name, row["sealed"], code, now_ms)
    if step is not None:
        return bool(
            await connection.fetchval(
                """update house_credential set used = $3
                    where user_name = $1 and kind = 'totp' and id = $2 and used < $3 returning true""",
                name,
                _KEPT,
                step,
            )
        )
    return bool(
        await connection.fetchval(
            "delete from house_credential where user_name = $1 and kind = 'recovery' and hash = $2 returning true",
            name,
            hash_of(code),
        )
    )


async def forget(connection: Connection, name: str) -> None:
    """Want no codes of a person any more."""
    await connection.execute("delete from house_credential where user_name = $1", name)


async def seal_again(connection: Connection, vault: Vault) -> None:
    """Seal by the master key in use what another one sealed. What does not open stays as it is."""
    rows = await connection.fetch(
        """select user_name, id, sealed from house_credential where sealed is not null and key_version <> $1
            order by user_name, id for update""",
        vault.in_use,
    )
    for row in rows:
        try:
            secret = vault.open_word(_word(row["user_name"]), row["sealed"])
        except SealBroken:
            continue
        await connection.execute(
            """update house_credential set key_version = $3, sealed = $4
                where user_name = $1 and kind = 'totp' and id = $2""",
            row["user_name"],
            row["id"],
            vault.in_use,
            vault.seal_word(_word(row["user_name"]), secret),
        )


def _step(vault: Vault, name: str, sealed: bytes, code: str, now_ms: int) -> int | None:
    """The step whose code it is. No code fits a secret that does not open: the recovery codes are left."""
    try:
        return step_of(vault.open_word(_word(name), sealed), _plain(code), now_ms)
    except SealBroken:
        return None


def _word(name: str) -> str:
    return f"totp of {name}"


def _plain(code: str) -> str:
    """A code as it is compared: people type spaces, dashes and small letters."""
    return "".join(code.split()).replace("-", "").upper()
