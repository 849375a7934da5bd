"""The schema is upgraded while two exchange processes sell: those that run go on, and older programs do not start."""

import asyncio
import shutil

import pytest

from harness.buyers import ACCEPT, bid
from harness.house import open_house
from harness.market import lead, nouns, offer
from outbid.store import database
from outbid.store.upkeep.migrate import MIGRATIONS, MigrationFault, migrate

ADDITIVE = """
alter table lead add column note text;
alter table chapter add column kind text not null default 'plain';
alter table account add column colour text;
alter table secret add column note text;
create table more (lead_id uuid primary key, note text not null);
create index lead_of_source on lead (source);
create view noted as select l.id, m.note from lead l join more m on m.lead_id = l.id;
"""


@pytest.fixture
def newer(tmp_path):
    """The migrations of a program that knows one more."""
    folder = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, folder)
    number = len(list(folder.glob("*.sql"))) + 1
    (folder / f"{number:04}_more.sql").write_text(ADDITIVE)
    return folder


async def test_two_processes_go_on_selling_while_something_is_added_to_the_schema(bare_database_url, buyers, newer):
    url = bare_database_url
    await migrate(url)
    buyers.on("a", ping=bid("10"), post=ACCEPT)
    market = nouns([offer("a", buyers.port, caps=[{"window": "day", "leads": 1000}])])
    async with open_house(url, url, market) as one, open_house(url, url) as other:
        upgraded = asyncio.Event()

        async def sell(house) -> list[str]:
            told, after = [], 0
            while after < 5:
                told.append((await house.sell(lead())).json["outcome"])
                after += upgraded.is_set()
            return told

        selling = [asyncio.create_task(sell(house)) for house in (one, other)]
        while not await one.connection.fetchval("select exists (select from sale)"):
            await asyncio.sleep(0.01)
        assert len((await migrate(url, folder=newer)).applied) == 1
        upgraded.set()
        outcomes = [outcome for told in await asyncio.gather(*selling) for outcome in told]
        assert set(outcomes) == {"sold"}
        await one.change(nouns([offer("a", buyers.port, caps=[{"window": "day", "leads": 2000}])]))
        assert (await one.sell(lead())).json["outcome"] == "sold", "a market that is loaded after it"
        assert (await one.balance()).faults == ()
        with pytest.raises(MigrationFault, match="a newer version of Outbid has used it"):
            await migrate(url)
        assert (await other.sell(lead())).json["outcome"] == "sold", "who could not start has changed nothing"


async def test_a_newer_program_upgrades_what_an_older_one_has_left(bare_database_url, buyers, newer):
    url = bare_database_url
    await migrate(url)
    buyers.on("a", ping=bid("10"), post=ACCEPT)
    async with open_house(url, url, nouns([offer("a", buyers.port)])) as house:
        sold = (await house.sell(lead())).json["lead"]
    await migrate(url, folder=newer)
    connection = await database.connect(url)
    assert await connection.fetchval("select kind from chapter limit 1") == "plain"
    await connection.close()
    async with open_house(url, url) as house:
        assert (await house.state(sold)).stage == "closed"
        assert (await house.sell(lead())).json["outcome"] == "sold"
