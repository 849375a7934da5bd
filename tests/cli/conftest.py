"""What tests of commands share: a function that runs one on a database of the test's own."""

import asyncio

import pytest

from harness.house import MASTER
from outbid.cli.main import main


@pytest.fixture
def outbid(database_url, monkeypatch, capsys, tmp_path):
    """A function that runs a command: (exit code, standard output, standard error)."""

    async def run(*words: str):
        monkeypatch.setenv("OUTBID_DATABASE_URL", database_url)
        monkeypatch.setenv("OUTBID_MASTER_KEY", MASTER.hex())
        monkeypatch.setenv("OUTBID_DATA", str(tmp_path))
        capsys.readouterr()
        code = await asyncio.to_thread(main, words)
        return (code, *capsys.readouterr())

    return run
