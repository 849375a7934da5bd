"""Puts a backup back: into an empty database, or in the place of what is there; all of it, or nothing."""

import asyncio
from pathlib import Path
from typing import Final

from outbid.store import key_check
from outbid.store.database import Connection, connect
from outbid.store.upkeep.backup.archive import BackupFault, Manifest, Step, read_dump
from outbid.store.upkeep.backup.make import tables_of
from outbid.store.upkeep.backup.programs import find_programs, replay
from outbid.store.upkeep.migrate import MIGRATIONS, migration_lock, read_migrations
from outbid.store.vault import Vault

WITHOUT_WEIGHT: Final = frozenset(("migration", "secret", "noun_number", "lane"))
"""Tables that a start fills: a database with rows in no other one has never been used."""
_PROCESSES_RUN: Final = "exchange processes run on this database: stop them first (a killed one counts for 5 seconds)"


def refuse_unfit(manifest: Manifest, vault: Vault, *, folder: Path = MIGRATIONS) -> None:
    """Refuse a backup of another schema than this program's, or one that the master key does not open.

    Raises BackupFault.
    """
    known = tuple(Step(file.number, file.name, file.sha256) for file in read_migrations(folder))
    if manifest.migrations != known:
        raise BackupFault(
            f"The backup has the schema of Outbid {manifest.program} ({len(manifest.migrations)} migrations), and this "
            f"program another one ({len(known)}). Restore it with that version of Outbid, then upgrade."
        )
    for number, word in manifest.keys.items():
        if not vault.is_sealed_by(number, key_check.NAME, bytes.fromhex(word)):
            raise BackupFault(
                "The master key here is not the one that the backup was made with, so no lead could be read: it needs "
                f"key {number}. Put the right master.key back first, or set OUTBID_MASTER_KEY to it."
            )


async def put_back(url: str, file: Path, manifest: Manifest, *, programs: Path | None, replace: bool) -> None:
    """Make the database what the backup holds, in one transaction. `migrate` has to follow: it grants the rights.

    `manifest` was read and checked before. Raises BackupFault when there is something and `replace` is not set, when
    exchange processes run, when the server is older than the backup's, or when anything fails: then nothing changed.
    """
    connection = await connect(url, application="outbid restore")
    try:
        major = connection.get_server_version().major
        if major < manifest.server:
            raise BackupFault(f"The backup is of PostgreSQL {manifest.server}, and this server is only {major}.")
        found = find_programs(programs, major)
        async with migration_lock(connection):  # a start waits until this is over
            tables = await tables_of(connection)
            await _refuse_what_is_there(connection, tables, replace)
            if await connection.fetchval("select current_schema()") not in (None, manifest.name):
                raise BackupFault(f"The backup's tables stand in the schema {manifest.name}; make it the default here.")
            before = _emptying(manifest.name, tables)
            await asyncio.to_thread(replay, found, url, before, read_dump(file), _proving(manifest))
    finally:
        await connection.close()


async def _refuse_what_is_there(connection: Connection, tables: list[str], replace: bool) -> None:
    living = "select exists (select from lane where lease_until > now())"
    if "lane" in tables and await connection.fetchval(living):
        raise BackupFault(f"{_PROCESSES_RUN[0].upper()}{_PROCESSES_RUN[1:]}.")
    if replace:
        return
    for table in tables:
        if table not in WITHOUT_WEIGHT and await connection.fetchval(f'select exists (select from "{table}")'):
            raise BackupFault("The database is not empty. Back it up, then say --replace to give up what is in it.")


def _emptying(schema: str, tables: list[str]) -> str:
    """SQL that clears the place, and fails if an exchange process has begun to run meanwhile."""
    living = (
        f"""lock table lane in access exclusive mode;
        do $living$ begin
          if exists (select from lane where lease_until > now()) then raise exception '{_PROCESSES_RUN}'; end if;
        end $living$;"""
        if "lane" in tables
        else ""
    )
    patience = "set local lock_timeout = '30s'; set local idle_in_transaction_session_timeout = 0;"
    return f'{patience}\n{living}\ndrop schema if exists "{schema}" cascade;'


def _proving(manifest: Manifest) -> str:
    """SQL that fails unless every table has as many rows as the manifest says."""
    checks = "\n".join(
        f"""if (select count(*) from "{manifest.name}"."{table}") <> {count} then
              raise exception 'the table {table} has another number of rows than the backup had'; end if;"""
        for table, count in manifest.rows.items()
    )
    return f'do $rows$ begin\n{checks}\nend $rows$;\ngrant usage on schema "{manifest.name}" to public;'
