"""Versions of the market by command: compared, and gone back to."""

import asyncio
import io

import pytest

from harness.house import MASTER, write_market
from harness.market import nouns, offer
from outbid.cli.main import main
from outbid.core.scope import HOUSE
from outbid.store import database
from outbid.store.ahead import planned


@pytest.fixture
async def outbid(database_url, monkeypatch, capsys, tmp_path):
    """A function that runs a command on a market of two versions: (exit code, standard output, standard error)."""
    connection = await database.connect(database_url)
    await write_market(connection, nouns([offer("ace", 9), offer("bee", 9)]))
    await write_market(connection, nouns([offer("ace", 9, price="5")]))
    await connection.close()

    async def run(*words: str):
        monkeypatch.setenv("OUTBID_DATABASE_URL", database_url)
        monkeypatch.setenv("OUTBID_MASTER_KEY", MASTER.hex())
        monkeypatch.setenv("OUTBID_DATA", str(tmp_path))
        monkeypatch.setattr("sys.stdin", io.StringIO())
        capsys.readouterr()
        code = await asyncio.to_thread(main, words)
        return (code, *capsys.readouterr())

    return run


async def test_what_differs_is_told_by_noun_and_field(outbid):
    code, told, _ = await outbid("changes", "--from", "1", "--to", "2")
    assert code == 0
    lines = [" ".join(line.split()) for line in told.splitlines()]
    assert "- offer bee" in lines
    assert '/price: nothing → "5"' in lines
    assert (await outbid("changes", "--from", "2"))[:2] == (0, "Nothing differs.\n")
    code, _, said = await outbid("changes", "--from", "1", "--to", "3")
    assert (code, said) == (1, "outbid: there is no version 3; the newest is 2\n")


async def test_a_version_is_gone_back_to_and_nothing_goes_unasked(outbid):
    first = (await outbid("export", "--version", "1"))[1].partition("\n")[2]
    assert (await outbid("return", "1", "--dry-run"))[1].splitlines()[-1].strip() != ""
    assert (await outbid("changes", "--from", "2"))[1] == "Nothing differs.\n"
    code, told, _ = await outbid("return", "1")
    assert (code, told.splitlines()[-1]) == (0, "The market is at version 3 now.")
    assert (await outbid("export"))[1].partition("\n")[2] == first
    code, _, said = await outbid("return", "2")
    assert code == 1
    assert "say --yes" in said
    assert (await outbid("return", "2", "--yes"))[1].splitlines()[-1] == "The market is at version 4 now."
    assert (await outbid("return", "9"))[0] == 1


async def test_planned_changes_are_listed_and_cancelled(outbid, tmp_path):
    _, market, _ = await outbid("export")
    path = tmp_path / "market.yaml"
    path.write_text(market.replace("price: '5'", "price: '6'"))
    await outbid("apply", str(path), "--at", "2090-01-01T00:00:00Z", "--note", "a new year")
    row = (await outbid("planned", "list"))[1].strip().splitlines()[-1]
    name, state, at = row.split()[:3]
    assert (state, at) == ("planned", "2090-01-01T00:00:00.000Z")
    assert "offer" in row
    assert row.rstrip().endswith("a new year")
    assert (await outbid("planned", "cancel", name))[:2] == (0, "It will not be made.\n")
    assert (await outbid("planned", "list"))[1].strip().splitlines()[-1].split()[1] == "cancelled"
    for wrong, said in [(name, "it is cancelled"), ("0" * 32, "no such"), ("nothing", "planned list")]:
        code, _, told = await outbid("planned", "cancel", wrong)
        assert code == 1
        assert said in told


async def test_a_file_is_planned_for_a_time_and_changes_nothing_now(outbid, tmp_path, database_url):
    _, market, _ = await outbid("export")
    file = market.replace("price: '5'", "price: '6'")
    assert file != market
    path = tmp_path / "market.yaml"
    path.write_text(file)
    for at, part in [("2020-01-01T00:00:00Z", "still to come"), ("tomorrow", "not 'tomorrow'"), ("2090-01-01", "zone")]:
        code, _, said = await outbid("apply", str(path), "--at", at)
        assert code == 1
        assert part in said
    code, told, _ = await outbid("apply", str(path), "--at", "2090-01-01T00:00:00Z")
    assert (code, told.splitlines()[-1]) == (0, "It is planned for 2090-01-01T00:00:00.000Z; based on version 2.")
    assert (await outbid("export"))[1] == market
    connection = await database.connect(database_url)
    (row,) = await planned.read(connection, HOUSE)
    job = await connection.fetchrow("select kind, run_at from job")
    await connection.close()
    assert (row.state, row.base, [(side.slug, side.after["price"]) for side in row.sides]) == (
        "planned",
        2,
        [("ace", "6")],
    )
    assert tuple(job) == ("planned_change", row.starts_at_ms)
