"""Whoever reads under a scope finds what is his: every reading function of leads, for every kind of stranger."""

import pytest
import pytest_asyncio

from harness.buyers import ACCEPT, REJECT, Buyers, bid
from harness.house import open_house
from harness.market import lead, nouns, offer
from outbid.api.auth import key_hash
from outbid.core.ids import LEAD, parse
from outbid.core.market.noun import Key, Payout, Seller, Source
from outbid.core.scope import HOUSE, Scope
from outbid.store import leads
from outbid.store.money import ledger
from outbid.store.people import persons


def market(port: int) -> dict:
    """Whose the lead is has another number than anybody of another kind who must not see it."""
    found = nouns([offer("loser", port), offer("idle", port, paused=True), offer("winner", port)])
    found["seller"]["rival"] = Seller(slug="rival")
    feed = Source(slug="feed", seller="rival", campaign="auto", payout=Payout(share="80%"))
    found["source"] = {"feed": feed, **found["source"]}
    found["key"]["feed"] = Key(slug="feed", holder="source", owner="feed", hash=key_hash("ob_feed"))
    return found


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def told(worker_database):
    """A house with one sold lead: posted to `loser` in vain, bought by `winner`, sent by the source `web`."""
    await worker_database.empty()
    async with Buyers() as buyers:
        buyers.on("winner", ping=bid("10"), post=ACCEPT)
        buyers.on("loser", ping=bid("20"), post=REJECT)
        async with open_house(worker_database.url, worker_database.app_url, market(buyers.port)) as house:
            answer = await house.sell(lead(phone="+15125550123"))
            assert answer.json["outcome"] == "sold"
            yield house, answer.json["lead"], (await house.state(answer.json["lead"])).sales[-1].id


def scope(house, kind: str, slug: str) -> Scope:
    numbers = {name: number for (found, number), name in house.process.exchange.market.names.items() if found == kind}
    return Scope(kind, numbers[slug])


OWNERS = [("seller", "acme"), ("source", "web"), ("buyer", "winner")]
STRANGERS = [("seller", "rival"), ("source", "feed"), ("buyer", "loser"), ("buyer", "idle")]
READERS = {
    "read": lambda connection, scope, at, sale: leads.read(connection, scope, *at),
    "newest": lambda connection, scope, at, sale: leads.newest(connection, scope, 0, 10),
    "whole": lambda connection, scope, at, sale: leads.whole(connection, scope, 0, bytes(16), b"\xff" * 16, 10),
    "lead_of_sale": lambda connection, scope, at, sale: leads.lead_of_sale(connection, scope, sale),
}


async def found_by(told, reader: str, who: tuple[str, str] | None) -> bool:
    house, name, sale = told
    seen = HOUSE if who is None else scope(house, *who)
    return bool(await READERS[reader](house.connection, seen, parse(LEAD, name), sale))


@pytest.mark.parametrize("reader", READERS)
async def test_a_lead_is_found_by_its_own_seller_its_buyer_and_the_house_and_by_nobody_else(told, reader):
    assert await found_by(told, reader, None)
    assert [who for who in OWNERS if not await found_by(told, reader, who)] == []
    assert [who for who in STRANGERS if await found_by(told, reader, who)] == []


@pytest.mark.parametrize("who", [*OWNERS, *STRANGERS])
async def test_both_sides_of_a_sale_the_person_and_what_was_said_are_the_houses_alone(told, who):
    house, name, _ = told
    cell, identifier = parse(LEAD, name)
    seen, vault = scope(house, *who), house.process.exchange.vault
    hashes = [vault.person("phone", "+15125550123")]
    (found,) = await persons.leads_of(house.connection, HOUSE, hashes)
    assert await persons.leads_of(house.connection, seen, hashes) == []
    for forbidden in (
        leads.traffic(house.connection, seen, cell, identifier),
        leads.transfers(house.connection, seen, cell, identifier),
        persons.erase(house.connection, seen, [found]),
        ledger.trial_balance(house.connection, seen),
    ):
        with pytest.raises(PermissionError):
            await forbidden
    assert await house.connection.fetchval("select count(*) from lead_key") == 1
