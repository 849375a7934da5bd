"""Brings a database to the state that this program needs: numbered SQL files, each in one transaction."""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import asyncpg
import msgspec

from outbid.store.database import Connection, DatabaseFault, connect, log

MIGRATIONS: Final = Path(__file__).parent.parent / "migrations"
APP_ROLE: Final = "outbid_app"
READER_ROLE: Final = "outbid_reader"
READER_VIEWS: Final = (
    *("seller_source", "seller_tally", "seller_rolled", "seller_span"),
    *("buyer_offer", "buyer_tally", "buyer_rolled", "buyer_span"),
)
"""What reports of sellers and buyers may read, and nothing else."""
LOCK_NUMBER: Final = 0x6F75746269640001  # "outbid", 1: the same in every version of this program

# What the run-time role may do, where that is not all four. Histories are appended to, never edited.
GRANTS: Final[Mapping[str, str]] = {
    "chapter": "select, insert",
    "chapter_anchor": "select",
    "transfer": "select, insert",
    "traffic": "select, insert",
    "look": "select, insert",
    "control_step": "select, insert",
    "deposit": "select, insert",
    "version": "select, insert",
    "noun": "select, insert, update (to_version)",
    "migration": "select",
}
ALL_ROWS: Final = "select, insert, update, delete"

_FILE_NAME: Final = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")
_MADE_BY_ANOTHER: Final = (
    asyncpg.UniqueViolationError,
    asyncpg.DuplicateObjectError,
    asyncpg.InternalServerError,  # "tuple concurrently updated"
)
_TABLE: Final = """
create table if not exists migration (
  number integer primary key,
  name text not null,
  sha256 text not null,
  applied_at timestamptz not null default now()
)"""


class MigrationFault(DatabaseFault):
    """The database was not migrated. The message is a sentence for the operator."""


class Migration(msgspec.Struct, frozen=True):
    """One file. `sha256` is that of its text with unix line ends, in hex."""

    number: int
    name: str
    sql: str
    sha256: str


class Applied(msgspec.Struct, frozen=True):
    """One row of the table `migration`. `applied_at` is in UTC milliseconds."""

    number: int
    name: str
    sha256: str
    applied_at: int


class Migrated(msgspec.Struct, frozen=True):
    """The outcome: the files applied just now ("0001_first"), the number the database has, and the role to run as.

    `app_role` is None where no such role could be made: then the program runs as the role of the URL.
    """

    applied: tuple[str, ...]
    number: int
    app_role: str | None


async def migrate(url: str, *, folder: Path = MIGRATIONS, app_password: str | None = None) -> Migrated:
    """Apply what is missing, then grant the run-time role what it needs. Repeating it is harmless.

    `url` logs in as the owner of the tables. With `app_password` the run-time role can log in by itself, else the
    owner acts as it (`connect(url, role=…)`). Several programs may call this at once: one works, the others wait.
    Raises DatabaseFault; MigrationFault when the database is ahead of the program, when a file that was applied
    has changed, or when a file fails. A file that fails leaves nothing behind; those before it stay applied.
    """
    files = read_migrations(folder)
    connection = await connect(url, application="outbid migrate")
    try:
        async with migration_lock(connection):
            await connection.execute(_TABLE)
            missing = find_missing(files, await read_applied(connection))
            for file in missing:
                await _apply(connection, file)
            role = await ensure_app_role(connection, app_password)
    finally:
        await connection.close()
    return Migrated(tuple(f"{file.number:04}_{file.name}" for file in missing), files[-1].number, role)


def read_migrations(folder: Path) -> tuple[Migration, ...]:
    """The files of a folder in their order. Raises MigrationFault when there are none, or a number is missing."""
    files = [_read(path) for path in sorted(folder.glob("*.sql"))]
    if not files:
        raise MigrationFault(f"There are no migrations in {folder}: the program is not installed completely.")
    for expected, file in enumerate(files, start=1):
        if file.number != expected:
            raise MigrationFault(f"In {folder} the migration {expected:04} is missing or there twice.")
    return tuple(files)


async def read_applied(connection: Connection) -> list[Applied]:
    """What the database says was applied, in order of numbers."""
    rows = await connection.fetch("select number, name, sha256, applied_at from migration order by number")
    return [Applied(**dict(row)) for row in rows]


def find_missing(files: Sequence[Migration], applied: Iterable[Applied]) -> list[Migration]:
    """The files still to apply. Raises MigrationFault when what was applied is not what the files say."""
    known = {file.number: file for file in files}
    done: set[int] = set()
    for row in applied:
        file = known.get(row.number)
        if file is None:
            raise MigrationFault(
                f"The database has migration {row.number:04} ({row.name}), and this program knows {len(files)}: "
                "a newer version of Outbid has used it. Install that version or a newer one."
            )
        if file.sha256 != row.sha256:
            raise MigrationFault(
                f"Migration {row.number:04} ({row.name}) was applied on {_day(row.applied_at)}, and its file has "
                "changed since. Put the file back, and make the change in a new migration."
            )
        done.add(row.number)
    return [file for file in files if file.number not in done]


@asynccontextmanager
async def migration_lock(connection: Connection) -> AsyncIterator[None]:
    """Let one program at a time migrate this database; the others wait. It ends with the session at the latest."""
    await connection.execute("select pg_advisory_lock($1)", LOCK_NUMBER)
    try:
        yield
    finally:
        if not connection.is_closed():
            await connection.execute("select pg_advisory_unlock($1)", LOCK_NUMBER)


async def ensure_app_role(connection: Connection, password: str | None) -> str | None:
    """Make the run-time role and grant it the tables. Returns its name, or None where we are not allowed to.

    No superuser, no DDL: it owns nothing and may create nothing.
    """
    try:
        await _make_role_and_grant(connection, password)
    except asyncpg.InsufficientPrivilegeError as error:
        log.warning(
            "The role %s could not be made (%s); Outbid runs as the role of the database's URL, which may change "
            "tables. To be safer, make that role once by hand and grant it to the role of the URL.",
            APP_ROLE,
            error,
        )
        return None
    return APP_ROLE


async def _make_role_and_grant(connection: Connection, password: str | None, attempts: int = 8) -> None:
    """Roles belong to all databases of a server, locks to one: another may be making the same role right now."""
    for attempt in range(1, attempts + 1):
        try:
            async with connection.transaction():
                await _make_role(connection, password)
                await grant_tables(connection)
                await _make_reader(connection)
            return
        except _MADE_BY_ANOTHER:
            if attempt == attempts:
                raise
            await asyncio.sleep(0.05 * attempt)


async def grant_tables(connection: Connection) -> None:
    """Grant the run-time role each table and view: all of it, or what `GRANTS` says. Partitions follow their table."""
    rows = await connection.fetch(
        "select relname, relkind = 'v' as is_view from pg_class"
        " where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p', 'v') and not relispartition"
    )
    statements = [
        f'revoke all on all tables in schema "{await connection.fetchval("select current_schema()")}" from {APP_ROLE}'
    ]
    for row in rows:
        allowed = "select" if row["is_view"] else GRANTS.get(row["relname"], ALL_ROWS)
        statements.append(f'grant {allowed} on "{row["relname"]}" to {APP_ROLE}')
    await connection.execute(";\n".join(statements))


async def _make_reader(connection: Connection) -> None:
    """The role of partners' reports: the run-time role may act as it, and so gives up what it may do itself.

    Where it cannot be made, reports run without it: the views keep everybody to what is his all the same.
    """
    try:
        async with connection.transaction():
            if not await connection.fetchval("select true from pg_roles where rolname = $1", READER_ROLE):
                await connection.execute(f"create role {READER_ROLE} nologin noinherit")
            if not await connection.fetchval("select pg_has_role($1, $2, 'member')", APP_ROLE, READER_ROLE):
                await connection.execute(f"grant {READER_ROLE} to {APP_ROLE}")
            views = await connection.fetch(
                "select relname from pg_class where relnamespace = current_schema()::regnamespace"
                " and relkind = 'v' and relname = any($1)",
                list(READER_VIEWS),
            )
            for view in views:
                await connection.execute(f"grant select on {view['relname']} to {READER_ROLE}")
    except asyncpg.InsufficientPrivilegeError as error:
        log.warning("The role %s could not be made (%s): reports run without it.", READER_ROLE, error)


async def _make_role(connection: Connection, password: str | None) -> None:
    exists = await connection.fetchval("select true from pg_roles where rolname = $1", APP_ROLE)
    if not exists:
        await connection.execute(f"create role {APP_ROLE} nologin noinherit")
    if password is not None:
        statement = await connection.fetchval(
            f"select format('alter role {APP_ROLE} login password %L', $1::text)", password
        )
        await connection.execute(statement)
    else:
        await _let_owner_act_as_it(connection)


async def _let_owner_act_as_it(connection: Connection) -> None:
    """A superuser may act as anyone; others need the membership, which they may give themselves as the maker."""
    if not await connection.fetchval("select pg_has_role($1, 'member')", APP_ROLE):
        await connection.execute(f"grant {APP_ROLE} to current_user")
    await connection.execute(f"set local role {APP_ROLE}; set local role none")


async def _apply(connection: Connection, file: Migration) -> None:
    try:
        async with connection.transaction():
            await connection.execute(file.sql)
            await connection.execute(
                "insert into migration (number, name, sha256) values ($1, $2, $3)", file.number, file.name, file.sha256
            )
    except asyncpg.PostgresError as error:
        raise MigrationFault(f"Migration {file.number:04} ({file.name}) failed: {error}.") from error


def _day(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%d")


def _read(path: Path) -> Migration:
    match = _FILE_NAME.fullmatch(path.name)
    if match is None:
        raise MigrationFault(f"The file {path.name} is not named like 0001_name.sql.")
    sql = path.read_text(encoding="utf-8").replace("\r\n", "\n")
    return Migration(int(match[1]), match[2], sql, hashlib.sha256(sql.encode()).hexdigest())
