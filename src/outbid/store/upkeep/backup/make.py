"""Makes a backup while the exchange runs: one instant, seen by the dump and by the counts alike."""

import asyncio
from pathlib import Path

from outbid import __version__
from outbid.store import key_check
from outbid.store.database import Connection, connect
from outbid.store.upkeep.backup.archive import FORMAT, BackupFault, Manifest, Step, write_archive
from outbid.store.upkeep.backup.programs import dump, find_programs
from outbid.store.upkeep.migrate import read_applied

APPLICATION = "outbid backup"


async def back_up(url: str, file: Path, *, programs: Path | None, now_ms: int) -> Manifest:
    """Write the whole database into a file. Nobody waits for it: it reads one snapshot and locks no row.

    `url` logs in as the owner of the tables, `programs` is the folder of PostgreSQL's programs if not the package's
    own. Raises BackupFault or DatabaseFault.
    """
    connection = await connect(url, application=APPLICATION)
    try:
        found = find_programs(programs, connection.get_server_version().major)
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            await connection.execute("set local idle_in_transaction_session_timeout = 0")
            snapshot = await connection.fetchval("select pg_export_snapshot()")
            manifest = await _describe(connection, found.major, now_ms)
            chunks = dump(found, url, manifest.name, snapshot)
            return await asyncio.to_thread(write_archive, file, manifest, chunks)
    finally:
        await connection.close()


async def tables_of(connection: Connection) -> list[str]:
    """The tables of the schema, each with all its partitions as one."""
    rows = await connection.fetch(
        "select relname from pg_class where relnamespace = current_schema()::regnamespace"
        " and relkind in ('r', 'p') and not relispartition order by relname"
    )
    return [row["relname"] for row in rows]


async def _describe(connection: Connection, major: int, now_ms: int) -> Manifest:
    tables = await tables_of(connection)
    if "migration" not in tables:
        raise BackupFault("There is no exchange in this database: nothing to back up.")
    words = await key_check.words(connection)
    return Manifest(
        format=FORMAT,
        program=__version__,
        at_ms=now_ms,
        server=major,
        name=await connection.fetchval("select current_schema()"),
        migrations=tuple(Step(row.number, row.name, row.sha256) for row in await read_applied(connection)),
        keys={words[name][0]: words[name][1].hex() for name in key_check.NEEDED if name in words},
        rows={table: await connection.fetchval(f'select count(*) from "{table}"') for table in tables},
    )
