"""The master key replaced while leads are sold: old leads open, duplicates are caught, and a kill costs nothing."""

import asyncio
import os
import time
from io import StringIO

import pytest
from msgspec import json

from harness.buyers import ACCEPT, Buyers, bid
from harness.house import MASTER, open_house, request
from harness.market import lead, nouns, offer
from outbid.cli.main import main
from outbid.core.ids import first_of
from outbid.exchange.clock import noise_source
from outbid.master_key import master_keys
from outbid.settings import Settings, SettingsError
from outbid.store import database
from outbid.store.key_check import WrongKey, fit
from outbid.store.sealed import rotating, secrets
from outbid.store.upkeep import partitions
from outbid.store.vault import Vault

PERSON = {"email": "rosalind.m@example.com", "phone": "(512) 555-0147"}
PINGED = {"zip": "78701", "state": "TX", "amount": 10}


@pytest.fixture
def kept(tmp_path, monkeypatch, database_url) -> Settings:
    """Settings by which the master key stands in a file."""
    for name in [name for name in os.environ if name.startswith("OUTBID_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("OUTBID_DATABASE_URL", database_url)
    monkeypatch.setenv("OUTBID_DATA", str(tmp_path))
    monkeypatch.setattr("outbid.cli.sealed.rotating.LEASE_MS", 0)
    found = Settings(data=tmp_path)
    found.master_key_file.write_text(MASTER.hex() + "\n")
    found.master_key_file.chmod(0o600)
    return found


@pytest.fixture
def outbid(kept, capsys):
    """A function that runs a command: (exit code, standard output, standard error)."""

    async def run(*words: str):
        capsys.readouterr()
        code = await asyncio.to_thread(main, words)
        return (code, *capsys.readouterr())

    return run


@pytest.fixture
async def buyers():
    async with Buyers() as opened:
        yield opened


def market(port: int):
    return nouns([offer("a", port)], source_more={"quotes": {"seconds": 3600}})


async def rows_by_key(connection) -> dict[str, dict[int, int]]:
    """How many rows each master key wraps or seals, by table."""
    counted = {
        table: await connection.fetch(f"select key_version, count(*) from {table} group by 1")
        for table in ("lead_key", "quote", "secret")
    }
    return {table: {row["key_version"]: row["count"] for row in rows} for table, rows in counted.items()}


async def quoted(house) -> str:
    answer = await request(house.port, "POST", "/v1/pings", json.encode(PINGED))
    return answer.json["ping"]


async def test_old_leads_open_duplicates_are_caught_and_quotes_are_kept_under_the_new_key(
    database_url, app_database_url, outbid, kept, buyers
):
    buyers.on("a", ping=bid("10"), post=ACCEPT)
    async with open_house(database_url, app_database_url, market(buyers.port)) as house:
        old = (await house.sell(lead(**PERSON))).json["lead"]
        quote = await quoted(house)
        await secrets.put(house.connection, house.process.exchange.vault, "crm", "s3cret-word", "test")
        assert (await outbid("keys", "rotate"))[2].endswith("no new master key here: outbid keys rotate --begin\n")
        code, out, _ = await outbid("keys", "rotate", "--begin")
        assert (code, "Master key 2 is made and not in use yet" in out) == (0, True)
        assert "warn  master key 2 is made and not in use" in (await outbid("doctor"))[1]
        assert "do not have master key 2 yet" in (await outbid("keys", "rotate"))[2]
        assert (await house.sell(lead())).json["outcome"] == "sold"
    both = master_keys(kept)
    assert both[1] == MASTER
    assert kept.master_key_file.stat().st_mode & 0o777 == 0o600
    async with open_house(database_url, app_database_url, masters=both) as house:
        assert (await house.sell(lead())).json["outcome"] == "sold"
        assert (await rows_by_key(house.connection))["lead_key"] == {1: 3}, "who has both seals by the one in use"
        assert (await outbid("keys", "rotate", "--end"))[0] == 1
        code, out, err = await outbid("keys", "rotate")
        assert (code, "wrapped by master key 2 now, and none by key 1" in out) == (0, True), err
        await house.sell(lead())
        assert await rows_by_key(house.connection) == {"lead_key": {2: 4}, "quote": {2: 1}, "secret": {2: 3}}
        assert "of the master keys only 2 is needed: outbid keys rotate --end" in (await outbid("doctor"))[1]
    connection = await database.connect(database_url)
    late = await connection.fetchrow("select lead_id from lead_key limit 1")
    _, wrapped = Vault({1: MASTER}, noise_source()).new_key(late["lead_id"][:-1] + b"!")
    await connection.execute("insert into lead_key values (0, $1, 1, $2)", late["lead_id"][:-1] + b"!", wrapped)
    await connection.close()
    assert "has written rows by an older master key late" in (await outbid("keys", "rotate", "--end"))[2]
    assert "1 rows that a process wrote late" in (await outbid("keys", "rotate"))[1]
    assert (await outbid("keys", "rotate", "--end"))[0] == 0
    left = master_keys(kept)
    assert list(left) == [2]
    async with open_house(database_url, app_database_url, masters=left) as house:
        assert (await house.sell(lead(**PERSON))).json["lead"] == old, "a request that comes again is known again"
        again = await house.sell(lead(**PERSON, first_name="Bob"))
        assert (again.status, again.json["code"]) == (422, "duplicate"), "persons are found by the hashes of before"
        assert (await house.sell(lead(**PINGED) | {"ping_id": quote})).json["outcome"] == "sold"
        code, out, _ = await outbid("leads", "show", old, "--personal", "--reason", "case 7")
        assert (code, "rosalind.m@example.com" in out) == (0, True)
        code, out, _ = await outbid("people", "erase", "--phone", PERSON["phone"])
        assert (code, "2 erased now" in out) == (0, True)
        assert "FAIL" not in (await outbid("doctor"))[1]


@pytest.mark.parametrize("step", ["make_known", "put_to_use", "_wrap_page", "wrap_all", "finish"])
async def test_what_breaks_off_after_any_step_is_taken_up_again(
    database_url, app_database_url, outbid, kept, buyers, monkeypatch, step
):
    buyers.on("a", ping=bid("10"), post=ACCEPT)
    async with open_house(database_url, app_database_url, market(buyers.port)) as house:
        for _ in range(3):
            await house.sell(lead())
    monkeypatch.setattr(rotating, "AT_ONCE", 1)
    whole = getattr(rotating, step)

    async def breaks_off(*given):
        await whole(*given)
        raise KeyboardInterrupt

    monkeypatch.setattr(rotating, step, breaks_off)
    begun, _, _ = await outbid("keys", "rotate", "--begin")
    assert 130 in (begun, begun or (await outbid("keys", "rotate"))[0])
    monkeypatch.setattr(rotating, step, whole)
    if step == "make_known":
        assert (await outbid("keys", "rotate", "--begin"))[0] == 0
    elif step != "finish":
        code, out, err = await outbid("keys", "rotate")
        assert (code, "none by key 1" in out) == (0, True), err
    assert sorted(master_keys(kept)) == [1, 2], "no third one"
    assert (await outbid("keys", "rotate"))[0] == (0 if step == "make_known" else 1)
    assert (await outbid("keys", "rotate", "--end"))[0] == 0
    connection = await database.connect(database_url)
    assert (await rows_by_key(connection))["lead_key"] == {2: 3}
    vault = Vault(master_keys(kept), noise_source())
    await fit(connection, vault)
    for row in await connection.fetch("select lead_id, wrapped from lead_key"):
        vault.unwrap(row["lead_id"], row["wrapped"])
    await connection.close()


async def test_two_at_once_wrap_each_row_once_and_never_wait_for_each_other(database_url, monkeypatch):
    monkeypatch.setattr(rotating, "AT_ONCE", 7)
    async with await database.pool(database_url, 2) as pool, pool.acquire() as one, pool.acquire() as other:
        await fit(one, Vault({1: MASTER}, noise_source()))
        vault = Vault({1: MASTER, 2: bytes(32)}, noise_source())
        await fit(one, vault)
        now_ms = time.time_ns() // 1_000_000
        await partitions.make_ahead(one, now_ms, 1)
        keys = {first_of(now_ms)[:-1] + bytes([n]): b"" for n in range(100)}
        keys = {lead_id: vault.new_key(lead_id)[1] for lead_id in keys}
        await one.executemany("insert into lead_key values (0, $1, 1, $2)", list(keys.items()))
        assert await rotating.begin_alone(one)
        assert not await rotating.begin_alone(other)
        await rotating.make_known(one, vault)
        await fit(one, vault)
        await rotating.put_to_use(one, vault, "test")
        counts = await asyncio.gather(*(rotating.wrap_all(connection, vault) for connection in (one, other)))
        assert sum(counts) + await rotating.wrap_all(one, vault) == 100
        assert await rotating.finish(one, vault)
        alone = Vault({2: bytes(32)}, noise_source())
        for row in await one.fetch("select lead_id, wrapped from lead_key"):
            alone.unwrap(row["lead_id"], row["wrapped"])
        with pytest.raises(WrongKey, match="key 2 is not here"):
            await fit(one, Vault({1: MASTER}, noise_source()))
        with pytest.raises(WrongKey, match="key 2 is not here"):
            await fit(one, Vault({1: bytes(32), 2: MASTER}, noise_source()))
        await one.execute("select pg_advisory_unlock_all()")


async def test_a_key_of_the_environment_is_told_and_not_written(database_url, outbid, kept, monkeypatch):
    kept.master_key_file.unlink()
    monkeypatch.setenv("OUTBID_MASTER_KEY", MASTER.hex())
    _, out, _ = await outbid("keys", "rotate", "--begin")
    told = next(line for line in out.splitlines() if line.startswith("1:"))
    assert not kept.master_key_file.exists()
    monkeypatch.setenv("OUTBID_MASTER_KEY", told)
    assert (await outbid("keys", "rotate"))[0] == 0
    _, out, _ = await outbid("keys", "rotate", "--end")
    assert out.splitlines()[1] == told.split()[1]


async def test_a_backup_says_which_keys_it_needs_and_another_is_refused(database_url, outbid, kept, tmp_path):
    file = str(tmp_path / "one.backup")
    await outbid("keys", "rotate", "--begin")
    assert "It opens with master key 1 alone." in (await outbid("backup", file))[1]
    await outbid("keys", "rotate")
    await outbid("keys", "rotate", "--end")
    code, _, err = await outbid("restore", file, "--replace")
    assert (code, "it needs key 1" in err) == (1, True)


async def test_a_copy_of_the_new_key_is_asked_for(outbid, kept, monkeypatch):
    monkeypatch.setattr("sys.stdin", StringIO(MASTER.hex()))
    assert (await outbid("keys", "confirm"))[0] == 0
    assert "there is a copy of the master key" in (await outbid("doctor"))[1]
    await outbid("keys", "rotate", "--begin")
    assert "keep a copy of" in (await outbid("doctor"))[1]
    monkeypatch.setattr("sys.stdin", StringIO(MASTER.hex()))
    assert "another key than the one in use, or not all" in (await outbid("keys", "confirm"))[2]
    monkeypatch.setattr("sys.stdin", StringIO(kept.master_key_file.read_text()))
    assert (await outbid("keys", "confirm"))[0] == 0


@pytest.mark.parametrize("text", ["1:{0} 1:{0}", "x:{0}", ":{0}", "{0} {0}", "1:{0} 2:abc"])
def test_keys_that_are_not_told_apart_are_refused(kept, text):
    kept.master_key_file.write_text(text.format(MASTER.hex()))
    with pytest.raises(SettingsError, match="two keys with their numbers"):
        master_keys(kept)
