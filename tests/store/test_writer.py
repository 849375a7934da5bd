"""The transaction of a batch on PostgreSQL itself: what it stores, what it sees after a wait, how it is planned."""

import asyncio
import itertools
import re

import asyncpg
import pytest
import pytest_asyncio
from msgspec.structs import replace

from outbid.core.ids import SALE, first_of, public
from outbid.core.lead import event as ev
from outbid.core.ledger.account import LEADS, Limit, account_of
from outbid.core.ledger.hold import hold_for
from outbid.core.ledger.moves import Deal
from outbid.core.scope import HOUSE
from outbid.store import database, market
from outbid.store.commit import lanes, sql
from outbid.store.commit.entry import Birth, Entry, Wish
from outbid.store.commit.writer import SqlWriter
from outbid.store.money import ledger
from outbid.store.upkeep import partitions

NOW_MS = 1_795_000_000_000
PRICE = 7_000_000
ACCOUNTS = tuple(
    sorted(
        (
            account_of(Limit("offer:1", LEADS, "day", "UTC", 9), NOW_MS, 1),
            account_of(Limit("buyer:1", "USD", "wallet", "UTC", 10 * PRICE), NOW_MS, 1),
        ),
        key=lambda account: account.id,
    )
)
_numbers = itertools.count()


def identifier() -> bytes:
    return first_of(NOW_MS)[:8] + next(_numbers).to_bytes(8, "big")


def wishing() -> Entry:
    """A new lead that wants to be held and posted in its first chapter."""
    sale = identifier()
    deal = Deal(public(SALE, 0, sale), sale, 1, 1, 1, 1, "USD", PRICE, PRICE // 2, hold_for(ACCOUNTS, PRICE))
    posting = ev.Posting(NOW_MS, deal.sale, 1, PRICE, PRICE // 2)
    birth = Birth(1, 1, 1, False, NOW_MS, b"{}", b"", b"", 1)
    wish = Wish(1, posting, deal, ACCOUNTS)
    return Entry(0, identifier(), 1, [ev.Received(NOW_MS, 1, 1, 1)], salt=bytes(16), birth=birth, wishes=(wish,))


def sold(entry: Entry) -> Entry:
    """What follows when the buyer took it."""
    deal = entry.wishes[0].deal
    event = ev.Sold(NOW_MS, deal.sale, PRICE, PRICE // 2)
    return Entry(0, entry.lead_id, 2, [event], salt=bytes(16), deals={deal.sale: deal}, status=("sold", ""))


def rejected(entry: Entry) -> Entry:
    """What follows when the buyer did not take it."""
    deal = entry.wishes[0].deal
    event = ev.Rejected(NOW_MS, deal.sale, "rejected")
    return Entry(0, entry.lead_id, 2, [event], salt=bytes(16), deals={deal.sale: deal})


@pytest_asyncio.fixture
async def connection(database_url):
    connection = await database.connect(database_url)
    await partitions.make_ahead(connection, NOW_MS)
    await connection.execute(
        """insert into version (number, by) values (1, 'test');
           insert into noun values ('offer', 1, 1, null, 'an-offer', '{"paused": false}')"""
    )
    yield connection
    await connection.close()


@pytest_asyncio.fixture
async def writer(connection, database_url):
    lane = await lanes.open_lane(connection, 0, "test", NOW_MS)
    writer = SqlWriter(lambda: database.connect(database_url), lane, lambda: NOW_MS)
    yield writer
    await writer.close()


async def test_holds_of_the_same_terms_and_what_follows_stand_in_the_books(connection, writer):
    entries = [wishing() for _ in range(3)]
    await writer.write(entries)
    rows = await connection.fetch("select price_micros, accounts, money from hold")
    hold = entries[0].wishes[0].deal.hold
    assert [tuple(row) for row in rows] == [(PRICE, list(hold.accounts), list(hold.money))] * 3
    await writer.write([sold(entry) for entry in entries[:2]])
    assert await connection.fetchval("select count(*) from sale where status = 'sold'") == 2
    rows = await connection.fetch("select unit, posted, held from account order by unit")
    assert [tuple(row) for row in rows] == [("LEAD", 2, 1), ("USD", 2 * PRICE, PRICE)]
    balance = await ledger.trial_balance(connection, HOUSE)
    assert (balance.faults, set(balance.totals.values())) == ((), {0})


async def test_chapters_keep_the_bytes_that_their_hash_covers(connection, writer):
    entry = wishing()
    await writer.write([entry])
    text = ev.encode([*entry.events, entry.wishes[0].posting])
    assert await connection.fetchval("select events from chapter") == text
    assert await connection.fetchval("select count(*) from event where type = 'posting'") == 1


async def test_a_pause_that_commits_while_a_batch_waits_for_an_account_is_obeyed(connection, writer, database_url):
    await writer.write([wishing()])
    other = await database.connect(database_url)
    async with other.transaction():
        await other.fetch("select id from account for update")
        waiting = asyncio.create_task(writer.write([wishing()]))
        while not await connection.fetchval("select count(*) from pg_locks where not granted"):
            await asyncio.sleep(0.01)
        await connection.execute(
            """insert into version (number, by) values (2, 'test');
               update noun set to_version = 2;
               insert into noun values ('offer', 1, 2, null, 'an-offer', '{"paused": true}')"""
        )
    await other.close()
    assert [[event.reason for event in written.held] for written in await waiting] == [["paused"]]


async def test_who_opens_an_account_and_has_not_seen_a_lowered_cap_opens_it_with_the_new_ceiling(connection, writer):
    async with connection.transaction():
        lowered = [replace(account.limit, ceiling=1) for account in ACCOUNTS if account.limit.unit == LEADS]
        assert await market.write(connection, 1, [], {}, lowered, "test") == 2
        opening = asyncio.create_task(writer.write([wishing(), wishing()]))
        while not await connection.fetchval("select count(*) from pg_locks where not granted"):
            await asyncio.sleep(0.01)
    assert [getattr(event, "reason", None) for written in await opening for event in written.held] == [
        None,
        "cap_reached",
    ]
    assert await connection.fetchval("select ceiling from account where unit = 'LEAD'") == 1


async def test_room_given_back_in_a_batch_makes_none_in_an_account_above_its_ceiling(connection, writer):
    entries = [wishing() for _ in range(3)]
    await writer.write(entries)
    await connection.execute("update account set ceiling = 1 where unit = 'LEAD'")
    written = await writer.write([rejected(entries[0]), wishing()])
    assert [event.reason for event in written[1].held] == ["cap_reached"]
    assert await connection.fetchval("select held from account where unit = 'LEAD'") == 2


@pytest.mark.parametrize("statement", [sql.WRITE, sql.AT_ONCE])
async def test_no_batch_reads_a_whole_table_even_if_nothing_is_known_of_it(database_url, statement):
    connection = await asyncpg.connect(database_url)
    await connection.execute("set plan_cache_mode = force_generic_plan")
    await connection.execute(
        "begin; truncate sale, account, lane, lead_status, claim, idempotency, suppression"
    )  # forgets statistics
    await connection.execute(f"prepare batch as {statement}")
    count = max(int(number) for number in re.findall(r"\$(\d+)", statement))
    rows = await connection.fetch(f"explain execute batch ({', '.join(['null'] * count)})")
    plan = "\n".join(row[0] for row in rows)
    assert "Seq Scan" not in plan
    for table in ("sale", "account"):
        assert f"using {table}_pkey" in plan
    await connection.close()
