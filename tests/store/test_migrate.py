"""Migrations: applied once, in order, whole or not at all; refused when program and database disagree."""

import asyncio
import logging
from pathlib import Path

import asyncpg
import pytest

from outbid.store.database import DatabaseFault, connect, pool
from outbid.store.server import Server
from outbid.store.upkeep.migrate import APP_ROLE, MigrationFault, migrate, read_migrations

FIRST = "create table chapter (n int); create table job (n int); create view seen as select n from chapter;"
SECOND = "alter table job add column kind text;"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "0001_first.sql").write_text(FIRST)
    (tmp_path / "0002_kind_of_job.sql").write_text(SECOND)
    return tmp_path


async def fetch(url: str, query: str, role: str | None = None):
    connection = await connect(url, role=role)
    try:
        return await connection.fetch(query)
    finally:
        await connection.close()


async def test_missing_migrations_are_applied_in_order_and_only_once(bare_database_url, folder):
    first = await migrate(bare_database_url, folder=folder)
    again = await migrate(bare_database_url, folder=folder)
    assert first.applied == ("0001_first", "0002_kind_of_job")
    assert again.applied == ()
    assert (first.number, again.number) == (2, 2)
    rows = await fetch(bare_database_url, "select number, name, length(sha256) from migration order by number")
    assert [tuple(row) for row in rows] == [(1, "first", 64), (2, "kind_of_job", 64)]


async def test_five_programs_that_migrate_at_once_apply_each_file_once(bare_database_url, folder):
    outcomes = await asyncio.gather(*(migrate(bare_database_url, folder=folder) for _ in range(5)))
    assert sorted(len(outcome.applied) for outcome in outcomes) == [0, 0, 0, 0, 2]


async def test_a_file_that_fails_leaves_nothing_and_those_before_it_stay(bare_database_url, folder):
    (folder / "0002_kind_of_job.sql").write_text("create table half (n int); select 1 / 0;")
    with pytest.raises(MigrationFault, match=r"Migration 0002 \(kind_of_job\) failed: division by zero\."):
        await migrate(bare_database_url, folder=folder)
    rows = await fetch(bare_database_url, "select relname from pg_class where relname in ('half', 'chapter')")
    assert [row[0] for row in rows] == ["chapter"]
    (folder / "0002_kind_of_job.sql").write_text(SECOND)
    assert (await migrate(bare_database_url, folder=folder)).applied == ("0002_kind_of_job",)


async def test_a_database_that_is_ahead_of_the_program_is_refused(bare_database_url, folder):
    await migrate(bare_database_url, folder=folder)
    (folder / "0002_kind_of_job.sql").unlink()
    with pytest.raises(MigrationFault, match="a newer version of Outbid has used it"):
        await migrate(bare_database_url, folder=folder)


async def test_a_file_that_changed_after_it_was_applied_is_refused(bare_database_url, folder):
    await migrate(bare_database_url, folder=folder)
    (folder / "0001_first.sql").write_text(FIRST + " -- harmless?")
    with pytest.raises(MigrationFault, match=r"Migration 0001 \(first\) was applied on 20\d\d-\d\d-\d\d, and its file"):
        await migrate(bare_database_url, folder=folder)


async def test_line_ends_of_another_system_are_no_change(bare_database_url, folder):
    await migrate(bare_database_url, folder=folder)
    (folder / "0001_first.sql").write_bytes((FIRST.replace("; ", ";\r\n")).encode())
    with pytest.raises(MigrationFault):
        await migrate(bare_database_url, folder=folder)
    (folder / "0001_first.sql").write_text(FIRST)
    (folder / "0003_third.sql").write_bytes(b"select 1;\r\nselect 2;\r\n")
    await migrate(bare_database_url, folder=folder)
    (folder / "0003_third.sql").write_bytes(b"select 1;\nselect 2;\n")
    assert (await migrate(bare_database_url, folder=folder)).applied == ()


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        ([], "There are no migrations"),
        (["0002_second.sql"], "the migration 0001 is missing"),
        (["0001_a.sql", "0001_b.sql"], "there twice"),
        (["first.sql"], "is not named like 0001_name.sql"),
    ],
)
def test_a_folder_that_is_not_complete_is_refused(tmp_path, names, sentence):
    for name in names:
        (tmp_path / name).write_text("select 1")
    with pytest.raises(MigrationFault, match=sentence):
        read_migrations(tmp_path)


async def test_the_run_time_role_reads_and_writes_and_cannot_change_tables(
    bare_database_url, folder, database_server: Server
):
    outcome = await migrate(bare_database_url, folder=folder, app_password=database_server.app_password)
    assert outcome.app_role == APP_ROLE
    name = bare_database_url.partition("@/")[2].partition("?")[0]
    connection = await connect(database_server.url_of(name, app=True))
    try:
        await connection.execute("insert into job values (1, 'x'); update job set n = 2; delete from job")
        await connection.execute("insert into chapter values (1)")
        assert await connection.fetchval("select n from seen") == 1
        for forbidden in (
            "update chapter set n = 2",
            "delete from chapter",
            "truncate job",
            "drop table job",
            "alter table job add column x int",
            "create table mine (n int)",
            "create role more",
            "insert into migration values (9, 'x', 'x')",
            "copy job to program 'true'",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(forbidden)
    finally:
        await connection.close()


async def test_databases_of_one_server_that_are_migrated_at_once_share_the_role(make_database, folder, database_server):
    urls = [await make_database() for _ in range(6)]
    password = database_server.app_password
    outcomes = await asyncio.gather(*(migrate(url, folder=folder, app_password=password) for url in urls))
    assert [outcome.app_role for outcome in outcomes] == [APP_ROLE] * 6


async def test_by_url_the_owner_can_act_as_the_run_time_role(bare_database_url, folder):
    outcome = await migrate(bare_database_url, folder=folder)
    connections = await pool(bare_database_url, 2, role=outcome.app_role)
    try:
        for _ in range(2):
            assert await connections.fetchval("select current_user") == APP_ROLE
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connections.execute("drop table job")
    finally:
        await connections.close()


async def test_an_owner_who_may_make_no_roles_is_told_once_and_goes_on(
    bare_database_url, folder, database_server, caplog
):
    name = bare_database_url.partition("@/")[2].partition("?")[0]
    role = f"owner_{name}"
    await _execute(bare_database_url, f"create role {role} login password 'x'; alter schema public owner to {role}")
    url = bare_database_url.replace("//outbid:", f"//{role}:").replace(
        database_server.url.partition("outbid:")[2].partition("@")[0], "x"
    )
    try:
        with caplog.at_level(logging.WARNING, logger="outbid.store"):
            outcome = await migrate(url, folder=folder)
        assert outcome.app_role is None
        assert [record.message for record in caplog.records if "could not be made" in record.message] != []
        assert len(caplog.records) == 1
        await _execute(url, "insert into job values (1, 'x')")
    finally:
        await _execute(bare_database_url, f"alter schema public owner to outbid; drop owned by {role} cascade")
        await _execute(bare_database_url, f"drop role {role}")


async def test_an_owner_who_may_make_roles_gets_the_run_time_role(bare_database_url, folder, database_server):
    name = bare_database_url.partition("@/")[2].partition("?")[0]
    role = f"maker_{name}"
    await migrate(bare_database_url.replace(f"/{name}?", "/postgres?"), folder=folder)  # the role exists by now
    await _execute(
        bare_database_url, f"create role {role} login createrole password 'x'; grant all on schema public to {role}"
    )
    await _execute(bare_database_url, f"grant {APP_ROLE} to {role} with admin option")
    url = bare_database_url.replace("//outbid:", f"//{role}:").replace(
        database_server.url.partition("outbid:")[2].partition("@")[0], "x"
    )
    try:
        outcome = await migrate(url, folder=folder)
        assert outcome.app_role == APP_ROLE
        assert [tuple(row) for row in await fetch(url, "select current_user", role=APP_ROLE)] == [(APP_ROLE,)]
    finally:
        await _execute(bare_database_url, f"drop owned by {role} cascade")
        await _execute(bare_database_url, f"drop role {role}")


async def test_the_migrated_database_of_a_test_is_empty_and_lets_both_roles_in(database_url, app_database_url):
    assert (await fetch(database_url, "select count(*) from version"))[0][0] == 0
    assert (await fetch(app_database_url, "select current_user"))[0][0] == APP_ROLE
    await _execute(app_database_url, "insert into version (number, by) values (1, 'test')")


async def test_what_the_test_before_wrote_is_gone(database_url):
    assert (await fetch(database_url, "select count(*) from version"))[0][0] == 0


async def test_a_server_that_is_not_there_is_a_sentence_without_the_password(tmp_path):
    with pytest.raises(DatabaseFault, match="cannot be reached") as caught:
        await connect(f"postgresql://me:hush@/x?host={tmp_path}&port=5432")
    assert "hush" not in str(caught.value)


async def test_a_server_that_is_too_old_is_refused(bare_database_url, monkeypatch):
    monkeypatch.setattr("outbid.store.database.LEAST_VERSION", 99)
    with pytest.raises(DatabaseFault, match="Outbid needs PostgreSQL 99 or newer"):
        await connect(bare_database_url)
    with pytest.raises(DatabaseFault, match="Outbid needs PostgreSQL 99 or newer"):
        await pool(bare_database_url, 1)


async def test_variables_of_the_shell_do_not_change_where_we_connect(bare_database_url, monkeypatch):
    for name, value in {"PGHOST": "nowhere", "PGPORT": "1", "PGSSLMODE": "verify-full", "PGUSER": "nobody"}.items():
        monkeypatch.setenv(name, value)
    assert [tuple(row) for row in await fetch(bare_database_url, "select current_user")] == [("outbid",)]


async def test_values_travel_as_the_codec_says_also_in_arrays(bare_database_url):
    connection = await connect(bare_database_url, application="a test")
    try:
        row = await connection.fetchrow(
            "select $1::jsonb as one, $2::jsonb[] as many, $3::uuid as id, current_setting('application_name') as who",
            b'{"a": 1}',
            [b"1", b'"x"'],
            b"0123456789abcdef",
        )
    finally:
        await connection.close()
    assert tuple(row) == (b'{"a": 1}', [b"1", b'"x"'], b"0123456789abcdef", "a test")


async def _execute(url: str, statement: str) -> None:
    connection = await connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
