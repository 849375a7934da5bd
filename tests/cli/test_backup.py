"""A backup made while leads are sold, put back elsewhere: the same leads, sales and balances; or a clear no."""

import asyncio
import shutil
import subprocess
import sys
import uuid

import asyncpg
import pytest

from harness.buyers import ACCEPT, Buyers, bid
from harness.house import MASTER, open_house
from harness.market import lead, nouns, offer
from outbid.cli.main import main
from outbid.core.market.noun import Buyer, Wallet
from outbid.store.upkeep.backup.archive import read_manifest

TABLES = ("lead", "lead_key", "lead_status", "chapter", "sale", "transfer", "account", "hold", "noun", "version")


@pytest.fixture
def outbid(monkeypatch, capsys, tmp_path):
    """A function that runs a command on a database: (exit code, standard output, standard error)."""

    async def run(url: str, *words: str, key: bytes = MASTER):
        monkeypatch.setenv("OUTBID_DATABASE_URL", url)
        monkeypatch.setenv("OUTBID_MASTER_KEY", key.hex())
        monkeypatch.setenv("OUTBID_DATA", str(tmp_path))
        capsys.readouterr()
        code = await asyncio.to_thread(main, words)
        return (code, *capsys.readouterr())

    return run


async def content(url: str) -> dict[str, list[str]]:
    """Every row of the tables that matter, as text."""
    connection = await asyncpg.connect(url)
    try:
        return {
            table: [row[0] for row in await connection.fetch(f'select t::text from "{table}" t order by 1')]
            for table in TABLES
        }
    finally:
        await connection.close()


async def sell_some(database_url: str, app_database_url: str, count: int = 5) -> None:
    async with Buyers() as buyers:
        buyers.on("a", ping=bid("10"), post=ACCEPT)
        market = nouns([offer("a", buyers.port)])
        async with open_house(database_url, app_database_url, market) as house:
            for _ in range(count):
                assert (await house.sell(lead())).json["outcome"] == "sold"


@pytest.fixture
async def owned_database_url(database_server):
    """A new database that belongs to a role that is no superuser, as on a server of one's own."""
    name = f"owned_{uuid.uuid4().hex}"
    administrator = await asyncpg.connect(database_server.url_of("postgres"))
    await administrator.execute(f"create role {name} login createrole password 'a/b c@d'")
    await administrator.execute(f"grant outbid_app to {name}")
    await administrator.execute(f"create database {name} owner {name} strategy wal_log")
    yield f"postgresql://{name}:a%2Fb%20c%40d@/{name}?{database_server.url.partition('?')[2]}"
    await administrator.execute(f"drop database {name} with (force)")
    await administrator.execute(f"drop role {name}")
    await administrator.close()


@pytest.fixture
async def sold(database_url, app_database_url, outbid, tmp_path):
    """A database with five sales, and its backup: (URL, file)."""
    await sell_some(database_url, app_database_url)
    await outbid(database_url, "doctor")  # leaves the word by which the master key is known
    file = tmp_path / "outbid.backup"
    code, out, err = await outbid(database_url, "backup", str(file))
    assert (code, err) == (0, "")
    assert "holds 5 leads, 5 sales" in out
    assert "The master key is not in it. It comes from OUTBID_MASTER_KEY" in out
    return database_url, file


async def test_what_was_backed_up_is_put_back_into_an_empty_database(sold, bare_database_url, outbid):
    url, file = sold
    code, out, err = await outbid(bare_database_url, "restore", str(file))
    assert (code, err) == (0, "")
    assert "The ledger adds up." in out
    before, after = await content(url), await content(bare_database_url)
    assert after == before
    assert (len(after["lead"]), len(after["sale"])) == (5, 5)
    listed = await outbid(url, "leads", "list")
    assert await outbid(bare_database_url, "leads", "list") == listed
    assert await outbid(bare_database_url, "ledger") == await outbid(url, "ledger")


async def test_an_owner_who_is_no_superuser_restores_and_backs_up(sold, owned_database_url, outbid, tmp_path):
    url, file = sold
    for words in ((), ("--replace",)):
        code, out, err = await outbid(owned_database_url, "restore", str(file), *words)
        assert (code, err) == (0, "")
        assert "The ledger adds up." in out
    assert await content(owned_database_url) == await content(url)
    assert await outbid(owned_database_url, "leads", "list") == await outbid(url, "leads", "list")
    again = tmp_path / "again.backup"
    assert (await outbid(owned_database_url, "backup", str(again)))[0] == 0
    first, second = read_manifest(file).rows, read_manifest(again).rows
    assert (second["lead"], second["sale"]) == (first["lead"], first["sale"])


async def test_programs_of_another_version_are_refused_with_the_way_out(sold, outbid, monkeypatch, tmp_path):
    from outbid.store.server.binaries import Binaries
    from outbid.store.upkeep.backup import programs

    monkeypatch.setattr(programs, "find_binaries", lambda *_, **__: Binaries(tmp_path, "15.2"))
    code, out, err = await outbid(sold[0], "backup", str(tmp_path / "x"))
    assert (code, out) == (1, "")
    assert "use your server's own tools" in err


async def test_an_exchange_sells_on_in_what_was_put_back(sold, bare_database_url, outbid):
    await outbid(bare_database_url, "restore", str(sold[1]))
    await sell_some(bare_database_url, bare_database_url, 2)
    code, out, _ = await outbid(bare_database_url, "ledger")
    assert (code, "The ledger adds up" in out) == (0, True)
    assert len((await content(bare_database_url))["sale"]) == 7


async def test_the_file_holds_no_key_and_only_its_owner_may_read_it(sold):
    assert sold[1].stat().st_mode & 0o777 == 0o600
    assert MASTER not in sold[1].read_bytes()
    assert MASTER.hex().encode() not in sold[1].read_bytes()
    assert read_manifest(sold[1]).rows["sale"] == 5


async def test_a_file_that_is_there_is_never_written_over(sold, outbid):
    url, file = sold
    before = file.read_bytes()
    code, out, err = await outbid(url, "backup", str(file))
    assert (code, out) == (1, "")
    assert "is there already" in err
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == [file.name]


async def test_a_backup_that_cannot_be_written_is_told_in_a_sentence(database_url, outbid, tmp_path):
    code, _, err = await outbid(database_url, "backup", str(tmp_path / "nowhere" / "x"))
    assert code == 1
    assert "cannot be written: No such file or directory." in err


async def test_a_database_in_use_is_replaced_only_when_told(sold, outbid):
    url, file = sold
    connection = await asyncpg.connect(url)
    await connection.execute("delete from transfer")
    code, out, err = await outbid(url, "restore", str(file))
    assert (code, out) == (1, "")
    assert "The database is not empty" in err
    assert "--replace" in err
    assert await connection.fetchval("select count(*) from transfer") == 0
    assert (await outbid(url, "restore", str(file), "--replace"))[0] == 0
    assert await connection.fetchval("select count(*) from transfer") > 0
    await connection.close()


@pytest.mark.parametrize("part", [0.02, 0.1, 0.3, 0.5, 0.7, 0.85, 0.95])
async def test_one_wrong_byte_is_refused_and_nothing_is_changed(sold, bare_database_url, outbid, part):
    damaged = bytearray(sold[1].read_bytes())
    damaged[int(len(damaged) * part)] ^= 1
    sold[1].write_bytes(damaged)
    await refused_untouched(sold[1], bare_database_url, outbid, "Nothing was changed")


@pytest.mark.parametrize("length", [0, 1, 100, -1, -100, -5000])
async def test_a_backup_that_was_cut_off_is_refused(sold, bare_database_url, outbid, length):
    sold[1].write_bytes(sold[1].read_bytes()[:length])
    await refused_untouched(sold[1], bare_database_url, outbid, "Nothing was changed")


async def test_another_schema_is_refused(sold, bare_database_url, outbid, monkeypatch):
    from outbid.store.upkeep.backup import put_back

    known = put_back.read_migrations
    monkeypatch.setattr(put_back, "read_migrations", lambda folder: known(folder)[:-1])
    await refused_untouched(sold[1], bare_database_url, outbid, "Restore it with that version of Outbid")


async def test_another_master_key_is_refused(sold, bare_database_url, outbid):
    told = "The master key here is not the one that the backup was made with"
    await refused_untouched(sold[1], bare_database_url, outbid, told, key=bytes(32))


async def refused_untouched(file, url, outbid, told, **more):
    code, out, err = await outbid(url, "restore", str(file), **more)
    assert (code, out) == (1, "")
    assert told in err
    connection = await asyncpg.connect(url)
    assert await connection.fetchval("select count(*) from pg_class where relnamespace = 'public'::regnamespace") == 0
    await connection.close()


async def test_a_dump_that_fails_on_the_way_leaves_what_was_there(sold, outbid, monkeypatch):
    from outbid.store.upkeep.backup import put_back

    url, file = sold
    before = await content(url)
    whole = b"".join(put_back.read_dump(file))
    monkeypatch.setattr(put_back, "read_dump", lambda _: [whole[: len(whole) // 2]])
    code, _, err = await outbid(url, "restore", str(file), "--replace")
    assert (code, "failed" in err) == (1, True)
    assert await content(url) == before


async def test_a_dump_without_some_rows_leaves_what_was_there(sold, outbid, monkeypatch):
    from outbid.store.upkeep.backup import put_back

    url, file = sold
    before = await content(url)
    proving = put_back._proving
    more = {"sale": 6}
    monkeypatch.setattr(put_back, "_proving", lambda found: proving(found.__class__(**fields(found) | {"rows": more})))
    code, _, err = await outbid(url, "restore", str(file), "--replace")
    assert code == 1
    assert "the table sale has another number of rows" in err
    assert await content(url) == before


def fields(struct) -> dict:
    return {name: getattr(struct, name) for name in struct.__struct_fields__}


async def test_nothing_is_put_back_under_a_running_exchange(sold, app_database_url, outbid):
    url, file = sold
    async with open_house(url, app_database_url):
        code, _, err = await outbid(url, "restore", str(file), "--replace")
    assert code == 1
    assert "Exchange processes run on this database: stop them first" in err


async def test_a_backup_under_load_is_one_instant(database_url, app_database_url, bare_database_url, outbid, tmp_path):
    file = tmp_path / "load.backup"
    async with Buyers() as buyers:
        buyers.on("a", ping=bid("10"), post=ACCEPT)
        market = nouns([offer("a", buyers.port)], buyers={"a": {"wallet": Wallet(credit="100000")}})
        assert isinstance(market["buyer"]["a"], Buyer)
        async with open_house(database_url, app_database_url, market) as house:
            ended = asyncio.Event()

            async def keep_selling() -> None:
                while not ended.is_set():
                    await house.sell(lead())

            sellers = [asyncio.create_task(keep_selling()) for _ in range(8)]
            await asyncio.sleep(0.5)
            code, _, err = await outbid(database_url, "backup", str(file))
            ended.set()
            await asyncio.gather(*sellers)
            assert (code, err) == (0, "")
    code, out, err = await outbid(bare_database_url, "restore", str(file))
    assert (code, err) == (0, "")
    assert "The ledger adds up." in out
    assert read_manifest(file).rows["sale"] > 0
    assert len((await content(bare_database_url))["sale"]) < len((await content(database_url))["sale"])


def test_the_embedded_database_moves_to_another_folder(server_folder):
    """As a person does it: two folders, the key carried by hand."""
    old, new, file = server_folder / "old", server_folder / "new", server_folder / "outbid.backup"

    def run(data, *words):
        command = [sys.executable, "-c", "import sys; from outbid.cli.main import main; sys.exit(main())", *words]
        environment = {"OUTBID_DATA": str(data), "PATH": "/usr/bin:/bin"}
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    assert run(old, "doctor").returncode == 0
    made = run(old, "backup", str(file))
    assert (made.returncode, made.stderr) == (0, "")
    assert f"It is in {old / 'master.key'}: keep a copy of it" in made.stdout
    without = run(new, "restore", str(file))
    assert without.returncode == 1
    assert f"first put the one it was made with at {new / 'master.key'}" in without.stderr
    new.mkdir(exist_ok=True)
    shutil.copy(old / "master.key", new / "master.key")
    done = run(new, "restore", str(file))
    assert (done.returncode, done.stderr) == (0, "")
    assert "The ledger adds up." in done.stdout
    assert run(new, "doctor").returncode == 0
