"""A buyer who is sent nothing fetches what he bought: each lead once, in one order, with what he agreed to be told."""

import asyncio
import csv
import io

from harness.house import open_house, request, until
from harness.market import lead, nouns
from outbid.api.auth import key_hash
from outbid.core.ids import LEAD, parse
from outbid.core.lead.exposure import exposure
from outbid.core.market.noun import Key
from outbid.core.route import Plan
from outbid.core.scope import HOUSE
from outbid.exchange.revive import events_of, lead_of
from outbid.store import jobs, leads, parcels


def kept(slug, **more):
    row = {"slug": slug, "buyer": slug, "campaign": "auto", "tier": "main", "price": "5"}
    return row | {"delivery": {"plugin": "store_only", "settings": more}}


def market(*offers):
    found = nouns(list(offers))
    for offer in offers:
        slug = offer["buyer"]
        found["key"][slug] = Key(slug=slug, holder="buyer", owner=slug, hash=key_hash(f"ob_{slug}"))
    return found


async def fetched(house, name, query="") -> dict:
    return (await request(house.port, "GET", f"/v1/buyer/leads{query}", key=f"ob_{name}")).json


async def with_leads(house, name, count):
    async def are_there() -> bool:
        return await house.connection.fetchval("select count(*) from parcel") >= count

    await until(are_there, 10)
    return await fetched(house, name)


async def test_he_reads_what_he_bought_and_reads_on(database_url, app_database_url):
    fields = {"who": "{first_name}", "phone": "phone", "zip": "zip"}
    async with open_house(database_url, app_database_url, market(kept("a", fields=fields))) as house:
        answers = [(await house.sell(lead(first_name=name))).json for name in ("Ann", "=Bob")]
        assert [answer["outcome"] for answer in answers] == ["sold", "sold"]
        found = await with_leads(house, "a", 2)
        told = {item["fields"]["who"]: item for item in found["items"]}
        assert set(told) == {"Ann", "=Bob"}
        assert set(told["Ann"]["fields"]) == {"who", "phone", "zip"}
        assert (told["Ann"]["price"], told["Ann"]["offer"], told["Ann"]["campaign"]) == ("5.00", "a", "auto")
        assert (await fetched(house, "a", f"?cursor={found['next']}")) == {"items": [], "next": found["next"]}
        first = await fetched(house, "a", "?limit=1")
        second = await fetched(house, "a", f"?cursor={first['next']}")
        assert [*first["items"], *second["items"]] == found["items"]
        assert (await request(house.port, "GET", "/v1/buyer/leads?cursor=x", key="ob_a")).status == 400


async def test_a_file_for_people_defuses_formulas_and_one_for_machines_does_not(database_url, app_database_url):
    async with open_house(database_url, app_database_url, market(kept("a", fields={"who": "first_name"}))) as house:
        await house.sell(lead(first_name="=1+2"))
        await with_leads(house, "a", 1)
        people = await request(house.port, "GET", "/v1/buyer/leads?format=csv", key="ob_a")
        machines = await request(house.port, "GET", "/v1/buyer/leads?format=csv&machine=true", key="ob_a")
        assert people.headers["next-cursor"] == "1"
        assert people.headers["content-type"].startswith("text/csv")
        cells = [next(csv.DictReader(io.StringIO(got.body.decode())))["who"] for got in (people, machines)]
        assert cells == ["'=1+2", "=1+2"]


async def test_his_columns_that_are_called_like_ours_stand_beside_them(database_url, app_database_url):
    fields = {"price": "zip", "lead": "first_name", "fields.lead": "=twice", "who": "first_name"}
    async with open_house(database_url, app_database_url, market(kept("a", fields=fields))) as house:
        await house.sell(lead(first_name="Ann", zip="78701"))
        await with_leads(house, "a", 1)
        (item,) = (await fetched(house, "a"))["items"]
        got = await request(house.port, "GET", "/v1/buyer/leads?format=csv", key="ob_a")
        (row,) = csv.DictReader(io.StringIO(got.body.decode()))
        assert (row["price"], row["lead"], row["who"]) == ("5.00", item["lead"], "Ann")
        his = ("fields.price", "fields.lead", "fields.fields.lead")
        assert [row[name] for name in his] == ["78701", "Ann", "twice"]


async def test_nobody_reads_what_another_bought_and_a_lead_is_listed_once(database_url, app_database_url):
    rows = market(kept("a"), kept("b") | {"priority": 200})
    async with open_house(database_url, app_database_url, rows) as house:
        name = (await house.sell(lead())).json["lead"]
        await with_leads(house, "a", 1)
        assert (await fetched(house, "b"))["items"] == []
        sale = (await house.state(name)).sales[0]
        job = {"lead": parse(LEAD, name)[1].hex(), "sale": sale.id}
        await jobs.put(house.connection, 0, bytes(15) + b"\1", "deliver", job, 1)

        async def is_done() -> bool:
            return not await house.connection.fetchval("select count(*) from job where kind = 'deliver'")

        await until(is_done, 10)
        assert len((await fetched(house, "a"))["items"]) == 1


async def test_an_erased_person_is_gone_from_the_list(database_url, app_database_url):
    async with open_house(database_url, app_database_url, market(kept("a", fields={"who": "first_name"}))) as house:
        name = (await house.sell(lead(first_name="Xanthippe"))).json["lead"]
        await with_leads(house, "a", 1)
        _, identifier = parse(LEAD, name)
        await house.connection.execute("delete from lead_key where lead_id = $1", identifier)
        (item,) = (await fetched(house, "a"))["items"]
        assert item["fields"] is None
        got = await request(house.port, "GET", "/v1/buyer/leads?format=csv", key="ob_a")
        assert b"Xanthippe" not in got.body


async def test_what_he_may_read_is_recorded_as_shown(database_url, app_database_url):
    async with open_house(database_url, app_database_url, market(kept("a", fields={"who": "first_name"}))) as house:
        name = (await house.sell(lead())).json["lead"]
        record = await leads.read(house.connection, HOUSE, *parse(LEAD, name))
        now = house.process.exchange.market
        found = lead_of(house.process.exchange.vault, record, now)
        plan = Plan(now.campaigns[record.campaign], now.sources[record.source], found.facts)
        (shown,) = exposure(plan, found.facts, events_of(record))
        assert (shown.step, shown.fields, shown.possibly) == ("post", ("first_name",), False)


async def test_places_are_given_in_the_order_of_commits(database_url, app_database_url):
    """Many processes add at once: nobody who reads on can miss a place that is committed later."""
    async with open_house(database_url, app_database_url, market(kept("a"))) as house:

        async def add(number: int) -> None:
            async with house.pool.acquire() as connection:
                sale = number.to_bytes(16, "big")
                await parcels.add(connection, 0, parcels.Parcel(7, 1, bytes(16), sale), 1)

        await asyncio.gather(*(add(number) for number in range(20)))
        places = [row["n"] for row in await house.connection.fetch("select n from parcel where buyer = 7 order by n")]
        assert places == list(range(1, 21))
        await house.connection.execute("delete from parcel")
