"""A PostgreSQL of the wrong version is refused by every command, in one sentence that says what to do."""

import asyncio

import pytest

from harness.house import MASTER
from outbid.cli.main import main
from outbid.store import database
from store.embedded import embed

TOLD = "Outbid needs PostgreSQL 99 or newer."


@pytest.fixture
def told(monkeypatch, capsys, tmp_path):
    """A function that runs a command: (exit code, what it said on standard error)."""
    monkeypatch.setenv("OUTBID_MASTER_KEY", MASTER.hex())
    monkeypatch.setenv("OUTBID_DATA", str(tmp_path))

    async def run(*words: str) -> tuple[int, list[str]]:
        capsys.readouterr()
        code = await asyncio.to_thread(main, words)
        return code, capsys.readouterr().err.splitlines()

    return run


@pytest.mark.parametrize("words", [("serve",), ("migrate",), ("doctor",), ("leads", "list"), ("backup", "x.backup")])
async def test_a_server_that_is_too_old_is_refused(told, database_url, monkeypatch, words):
    monkeypatch.setenv("OUTBID_DATABASE_URL", database_url)
    monkeypatch.setattr(database, "LEAST_VERSION", 99)
    code, lines = await told(*words)
    assert code == 1
    assert len(lines) == 1
    assert lines[0].endswith(TOLD)
    assert "The database is PostgreSQL " in lines[0]


@pytest.mark.parametrize("command", ["serve", "migrate", "doctor"])
async def test_a_data_folder_of_another_major_is_refused_with_the_way_out(told, server_folder, monkeypatch, command):
    data = server_folder / "database"
    with embed(data):
        pass
    (data / "PG_VERSION").write_text("14\n")
    monkeypatch.setenv("OUTBID_DATA", str(server_folder))
    code, lines = await told(command)
    assert code == 1
    assert len(lines) == 1
    assert "was made by PostgreSQL 14, and the installed programs are version" in lines[0]
    assert "`outbid backup FILE`" in lines[0]
    assert "`outbid restore FILE`" in lines[0]
