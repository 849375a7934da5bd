"""`outbid keys rotate`: the master key replaced in three steps, each of which may be repeated."""

import argparse
import asyncio
from typing import Any

from outbid.cli.database import Database
from outbid.cli.fault import CommandError
from outbid.cli.market import person
from outbid.core.scope import HOUSE
from outbid.exchange.clock import noise_source
from outbid.master_key import master_keys, replace_file, with_new_key, written
from outbid.settings import Settings, read_settings
from outbid.store.commit.lanes import LEASE_MS
from outbid.store.key_check import fit
from outbid.store.sealed import rotating
from outbid.store.vault import Vault

PASSES = 20
"""How often what others had locked is looked for again."""
_AGAIN = "run outbid keys rotate again"


def rotate(given: argparse.Namespace) -> int:
    """Make the next key known, or put it to use and wrap every row by it, or take the old one away."""
    settings = read_settings()
    step = _begin if given.begin else _end if given.end else _rotate
    with Database(settings) as database:
        database.migrate()
        vault = database.vault()
        print(database.use(lambda connection: _alone(connection, settings, vault, step)))
    return 0


async def _alone(connection: Any, settings: Settings, vault: Vault, step: Any) -> str:
    if not await rotating.begin_alone(connection):
        raise CommandError("somebody else is changing the master key just now")
    await fit(connection, vault)  # as it is now that nobody else changes it
    said: str = await step(connection, settings, vault, await rotating.standing(connection, HOUSE))
    return said


async def _begin(connection: Any, settings: Settings, vault: Vault, how: rotating.Standing) -> str:
    if how.before is not None:
        raise CommandError(f"rows of master key {how.before} are left: first {_AGAIN}")
    keys = master_keys(settings)
    if vault.newest == how.in_use:
        if how.next is not None and await rotating.unready(connection, HOUSE, how.next) != await rotating.unready(
            connection, HOUSE, how.next + 1
        ):
            raise CommandError(f"processes run with a master key {how.next} that is not here: bring it here first")
        keys = with_new_key(keys)
        if settings.master_key is None:
            replace_file(settings, keys)
    await rotating.make_known(connection, Vault(keys, noise_source()))
    if settings.master_key is not None:
        where = f"Set OUTBID_MASTER_KEY to this, also on every other machine:\n{written(keys)}"
    else:
        where = f"{settings.master_key_file} holds both keys now. Copy it to every other machine"
    return (
        f"Master key {max(keys)} is made and not in use yet. {where}\n"
        "Keep a copy of it and show it (outbid keys confirm). Restart every exchange process, one after the other if"
        f" you like; then {_AGAIN}."
    )


async def _rotate(connection: Any, settings: Settings, vault: Vault, how: rotating.Standing) -> str:
    if how.before is None:
        if vault.ready == how.in_use:
            if late := await rotating.wrap_all(connection, vault):
                return f"{late} rows that a process wrote late are wrapped by master key {how.in_use} now."
            raise CommandError("there is no new master key here: outbid keys rotate --begin")
        if without := await rotating.unready(connection, HOUSE, vault.ready):
            raise CommandError(f"these processes do not have master key {vault.ready} yet: {', '.join(without)}")
        await rotating.put_to_use(connection, vault, person())
        how = await rotating.standing(connection, HOUSE)
    count = await rotating.wrap_all(connection, vault)
    # Whoever has a lease has looked for a new version since: nobody wraps by the old key any more.
    if await rotating.unready(connection, HOUSE, how.in_use + 1):
        await asyncio.sleep(max(0, how.in_use_ms + LEASE_MS - how.now_ms) / 1000)
    for _ in range(PASSES):
        count += await rotating.wrap_all(connection, vault)
        if await rotating.finish(connection, vault):
            return (
                f"{count} rows are wrapped by master key {how.in_use} now, and none by key {how.before}. Backups made"
                f" before need key {how.before}: keep it with them. Then: outbid keys rotate --end"
            )
    raise CommandError(f"rows of master key {how.before} are left, which others have locked: {_AGAIN}")


async def _end(connection: Any, settings: Settings, vault: Vault, how: rotating.Standing) -> str:
    if how.before is not None:
        raise CommandError(f"rows of master key {how.before} are left: first {_AGAIN}")
    if how.next is not None:
        raise CommandError(f"master key {how.next} is not in use yet: first {_AGAIN}")
    if not await rotating.finish(connection, vault):
        raise CommandError(f"a process has written rows by an older master key late: {_AGAIN}, then --end")
    keys = {how.in_use: master_keys(settings)[how.in_use]}
    if settings.master_key is not None:
        return f"Set OUTBID_MASTER_KEY to this:\n{written(keys)}"
    replace_file(settings, keys)
    return f"{settings.master_key_file} holds master key {how.in_use} alone."
