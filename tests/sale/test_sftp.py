"""Leads in files, to a real SFTP server on loopback: each lead in one file, whoever dies, hangs up or says no."""

import asyncio
import csv
import io
from contextlib import asynccontextmanager

import asyncssh
import pytest

from harness.house import open_house, until
from harness.market import lead, nouns
from outbid.core.lead import event as ev
from outbid.exchange.work.later import filing
from outbid.store import parcels
from outbid.store.sealed import secrets

WORD = "planted-word-7"


class Server(asyncssh.SSHServer):
    def begin_auth(self, username):
        return True

    def password_auth_supported(self):
        return True

    def validate_password(self, username, password):
        return (username, password) == ("outbid", WORD)


@asynccontextmanager
async def served(folder):
    """A server of files below a folder: its port, and the fingerprint of its key."""
    key = asyncssh.generate_private_key("ssh-ed25519")

    def files(channel):
        return asyncssh.SFTPServer(channel, chroot=str(folder).encode())

    server = await asyncssh.create_server(Server, "127.0.0.1", 0, server_host_keys=[key], sftp_factory=files)
    try:
        yield server.sockets[0].getsockname()[1], key.get_fingerprint()
    finally:
        server.close()
        await server.wait_closed()


def market(port, host_key, **more):
    settings = {
        "host": "127.0.0.1", "port": port, "host_key": host_key, "user": "outbid", "password": "{secret:files}",
        "folder": "/", "name": "leads_{number}.csv", "columns": {"who": "first_name", "phone": "phone"},
    }  # fmt: skip
    row = {"slug": "a", "buyer": "a", "campaign": "auto", "tier": "main", "price": "5"}
    targets = more.pop("private_targets", [f"127.0.0.1:{port}"])
    return nouns([row | {"private_targets": targets, "delivery": {"plugin": "sftp_csv", "settings": settings | more}}])


@asynccontextmanager
async def house_of(urls, rows):
    async with open_house(*urls) as house:
        await secrets.put(house.connection, house.process.exchange.vault, "files", WORD, "t")
        await house.change(rows)
        yield house


@pytest.fixture
def urls(database_url, app_database_url):
    return database_url, app_database_url


async def sell(house, *names):
    answers = [(await house.sell(lead(first_name=name))).json for name in names]
    assert {answer["outcome"] for answer in answers} == {"sold"}

    async def wait_for_a_file() -> bool:
        there = await house.connection.fetchval("select count(*) from parcel") >= len(names)
        return there and not await house.connection.fetchval("select count(*) from job where kind = 'deliver'")

    await until(wait_for_a_file, 15)
    return [answer["lead"] for answer in answers]


async def hasten(house):
    await house.connection.execute("update job set run_at = now() - interval '1 second' where kind = 'file'")
    await house.connection.execute("select pg_notify('outbid_job', '')")


async def uploaded(house, count=1):
    async def are_there() -> bool:
        made = "select count(*) from parcel_batch where sent_at is not null"
        return await house.connection.fetchval(made) >= count

    await until(are_there, 20)


def lines(path):
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


async def test_sold_leads_come_in_one_file(urls, tmp_path):
    async with served(tmp_path) as (port, key), house_of(urls, market(port, key)) as house:
        names = await sell(house, "Ann", "=Bob")
        assert list(tmp_path.iterdir()) == []
        await hasten(house)
        await uploaded(house)
        assert [path.name for path in tmp_path.iterdir()] == ["leads_1.csv"]
        rows = lines(tmp_path / "leads_1.csv")
        assert {row["who"] for row in rows} == {"Ann", "'=Bob"}
        assert all(row["phone"].startswith("'+1") for row in rows)
        for name in names:
            (told,) = [event for event in await house.events(name) if isinstance(event, ev.Delivered)]
            assert (told.way, told.name) == ("filed", "leads_1.csv")
        await sell(house, "Cid")
        await hasten(house)
        await uploaded(house, 2)
        assert [row["who"] for row in lines(tmp_path / "leads_2.csv")] == ["Cid"]
        assert (await house.balance()).faults == ()


async def test_a_file_comes_as_soon_as_enough_wait(urls, tmp_path):
    more = {"most_rows": 2, "machine": True, "separator": "tab", "header": False}
    async with served(tmp_path) as (port, key), house_of(urls, market(port, key, **more)) as house:
        await sell(house, "Ann", "Bob")
        await uploaded(house)
        cells = [line.split("\t") for line in (tmp_path / "leads_1.csv").read_text().splitlines()]
        assert {cell[0] for cell in cells} == {"Ann", "Bob"}
        assert all(cell[1].startswith("+1") for cell in cells)


async def test_who_dies_after_the_upload_lays_the_same_file_down_again(urls, tmp_path, monkeypatch):
    died = []

    async def die(*args):
        died.append(lines(tmp_path / "leads_1.csv"))
        monkeypatch.undo()
        raise ConnectionError("the process died before it wrote that the file is there")

    async with served(tmp_path) as (port, key), house_of(urls, market(port, key)) as house:
        monkeypatch.setattr(filing, "_tell", die)
        names = await sell(house, "Ann", "Bob")
        await hasten(house)
        await until(lambda: died, 15)
        await sell(house, "Cid")
        await hasten(house)
        await uploaded(house)
        assert [path.name for path in tmp_path.iterdir()] == ["leads_1.csv"]
        assert lines(tmp_path / "leads_1.csv") == died[0]
        for name in names:
            told = [event for event in await house.events(name) if isinstance(event, ev.Delivered)]
            assert [event.name for event in told] == ["leads_1.csv"]
        await hasten(house)
        await uploaded(house, 2)
        assert [row["who"] for row in lines(tmp_path / "leads_2.csv")] == ["Cid"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"host_key": "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}, "unreachable"),
     ({"user": "mallory"}, "not_taken"), ({"private_targets": []}, "address_refused"), ({"folder": "/none"}, "not_taken")],
)  # fmt: skip
async def test_what_fails_is_kept_and_tried_again(urls, tmp_path, change, reason):
    async with served(tmp_path) as (port, key), house_of(urls, market(port, **({"host_key": key} | change))) as house:
        await sell(house, "Ann")
        await hasten(house)

        async def has_failed() -> bool:
            return bool(await house.connection.fetchval("select error from job where kind = 'file'"))

        await until(has_failed, 15)
        error = await house.connection.fetchval("select error from job where kind = 'file'")
        assert error == f"the file leads_1.csv of the offer a failed: {reason}"
        assert list(tmp_path.iterdir()) == []
        await house.change(market(port, key))
        await hasten(house)
        await uploaded(house)
        assert [row["who"] for row in lines(tmp_path / "leads_1.csv")] == ["Ann"]


async def test_an_erased_person_stands_in_no_file(urls, tmp_path):
    async with served(tmp_path) as (port, key), house_of(urls, market(port, key)) as house:
        await sell(house, "Ann", "Bob")
        await house.connection.execute("delete from lead_key where lead_id = (select lead_id from parcel where n = 1)")
        await hasten(house)
        await uploaded(house)
        assert len(lines(tmp_path / "leads_1.csv")) == 1


async def test_many_who_begin_a_file_begin_one(urls, tmp_path):
    async with served(tmp_path) as (port, key), house_of(urls, market(port, key)) as house:
        await sell(house, "Ann")
        number = next(iter(house.process.exchange.market.offers))

        async def begin():
            async with house.pool.acquire() as connection:
                return await parcels.begin(connection, 0, number, 1_700_000_000_000, 10)

        found = await asyncio.gather(*(begin() for _ in range(5)))
        assert {batch.number for batch in found} == {1}
        await house.connection.execute("delete from job where kind = 'file'")
