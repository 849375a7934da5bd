"""Why offers were not asked is counted over a sample of leads, beside the hot path and once for each."""

import asyncio
import json
from collections import Counter

from harness.buyers import ACCEPT, bid
from harness.house import open_house
from harness.market import lead, nouns, offer
from harness.receipts import receipts_of
from outbid.api.auth import key_hash
from outbid.core.market.noun import Key
from outbid.core.scope import HOUSE
from outbid.exchange.work.counting.sampling import count_samples
from outbid.store import jobs
from outbid.store.jobs import Job

EVERY = 1_000_000


def market(buyers):
    return nouns(
        [
            offer("a", buyers.port),
            offer("far", buyers.port, filter={"fact": "state", "equals": "CA"}),
            offer("low", buyers.port, price="1"),
            offer("full", buyers.port, caps=[{"window": "day", "leads": 1}]),
            offer("later", buyers.port, tier="rest"),
        ],
        campaign_more={"floor": "2"},
    )


async def rows(house):
    found = await house.connection.fetch("select * from skip_sample")
    market = house.process.exchange.market
    named = {0: ""} | {number: one.slug for number, one in market.offers.items()}
    return {(named[row["offer"]], row["reason"]): row["times"] for row in found}


async def counted(house):
    """The sample as it is once every job of it is done."""
    for _ in range(400):
        await house.connection.execute("update job set run_at = $1 where kind = 'sample' and attempt = 0", 0)
        if not await house.connection.fetchval("select count(*) from job where kind = 'sample'"):
            return await rows(house)
        await asyncio.sleep(0.05)
    raise AssertionError("the jobs are not done")


async def test_the_sample_is_what_the_receipts_of_its_leads_say(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("6"), post=ACCEPT)
    buyers.on("full", ping=bid("9"), post=ACCEPT)
    buyers.on("far", ping=bid("3"))
    async with open_house(database_url, app_database_url, market(buyers)) as house:
        house.process.exchange.sampled = EVERY
        answers = [await house.sell(fields) for fields in (lead(), lead(state="CA"), lead(), lead(zip="x"))]
        assert [answer.json["outcome"] for answer in answers] == ["sold", "sold", "sold", "refused"]
        due = Counter({("", ""): len(answers)})
        for answer in answers:
            for slug, (outcome, reason) in (await receipts_of(house, answer)).items():
                due[slug, reason] += outcome == "not_asked"
        found = await counted(house)
        assert found == +due
        assert {slug for slug, _ in found} == {"", "a", "far", "full", "low", "later"}
        assert found["later", "tier_not_reached"] == 3
        shares = await house.connection.fetch("select distinct share from skip_sample")
        assert [row["share"] for row in shares] == [EVERY]


async def test_every_offer_of_every_lead_is_in_the_sample_or_in_the_tallies(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("6"), post=ACCEPT)
    buyers.on("full", ping=bid("9"), post=ACCEPT)
    buyers.on("far", ping=bid("3"))
    async with open_house(database_url, app_database_url, market(buyers)) as house:
        house.process.exchange.sampled = EVERY
        for fields in (lead(), lead(), lead(state="CA")):
            await house.sell(fields)
        sampled = sum(times for (slug, _), times in (await counted(house)).items() if slug)
        live = """select coalesce(sum(times), 0)::integer from tally
                   where offer > 0 and clock = 'arrival' and outcome in ('bid', 'direct', 'skipped')"""
        for _ in range(100):
            if sampled + await house.connection.fetchval(live) == 3 * 5:
                return
            await asyncio.sleep(0.05)
        raise AssertionError((sampled, await house.connection.fetchval(live)))


async def test_a_job_that_is_done_twice_counts_once(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("6"), post=ACCEPT)
    async with open_house(database_url, app_database_url, market(buyers)) as house:
        house.process.exchange.sampled = EVERY
        await house.sell(lead())
        (row,) = await house.connection.fetch("select id, payload from job where kind = 'sample'")
        found = await counted(house)
        job = Job(0, row["id"], "sample", json.loads(row["payload"]), 1, 10)
        await count_samples(house.process.exchange, house.connection, [job])
        assert await rows(house) == found


async def test_leads_for_tests_and_leads_beyond_the_share_are_not_looked_at(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("6"), post=ACCEPT)
    made = market(buyers)
    made["key"]["t"] = Key(slug="t", holder="source", owner="web", hash=key_hash("ob_t"), test=True)
    async with open_house(database_url, app_database_url, made) as house:
        await house.sell(lead())
        house.process.exchange.sampled = EVERY
        await house.sell(lead(), key="ob_t")
        assert await jobs.kept(house.connection, HOUSE, 0, None, jobs.LAST, 10) == []
        await house.sell(lead())
        assert [job.kind for job in await jobs.kept(house.connection, HOUSE, 0, None, jobs.LAST, 10)] == ["sample"]
