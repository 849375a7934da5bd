"""`schema.sql` is the database on one page: the migrations give exactly it."""

import asyncio
import difflib
import re
from pathlib import Path

import asyncpg

from outbid.store.server import find_binaries
from outbid.store.server.machine.account import clean_environment
from outbid.store.upkeep import migrate as migrations
from outbid.store.upkeep.migrate import migrate

SCHEMA = Path(migrations.__file__).parent.parent / "schema.sql"


async def dump(url: str) -> list[str]:
    """What pg_dump says about a database, without the table of migrations and its own random marks."""
    process = await asyncio.create_subprocess_exec(
        str(find_binaries().program("pg_dump")), "--schema-only", "--no-owner", "--no-privileges",
        "--exclude-table=migration", f"--dbname={url}",
        env=dict(clean_environment()), stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said, _ = await process.communicate()
    assert process.returncode == 0
    lines = said.decode().splitlines()
    assert any(line.startswith("CREATE TABLE public.lead ") for line in lines)
    return [line for line in lines if not line.startswith(("\\restrict", "\\unrestrict"))]


async def test_migrations_give_the_schema_on_one_page(make_database):
    on_one_page, migrated = await make_database(), await make_database()
    connection = await asyncpg.connect(on_one_page)
    await connection.execute(SCHEMA.read_text())
    await connection.close()
    await migrate(migrated)
    lines = [await dump(on_one_page), await dump(migrated)]
    assert list(difflib.unified_diff(*lines, "schema.sql", "migrations", lineterm="")) == []


def test_one_installation_is_one_house():
    """No table tells tenants apart: whose a row is, is said by seller, source and buyer."""
    names = set(re.findall(r"^  (\w+) \w+", SCHEMA.read_text(), re.MULTILINE))
    assert {"cell", "source", "buyer"} <= names
    assert names & {"tenant", "tenant_id", "house", "house_id", "account_id", "organisation", "org_id"} == set()
