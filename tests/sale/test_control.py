"""Whom a buyer's limits and his silence keep from being asked; the others are asked and sold as ever."""

import asyncio
import json
import socket
from collections import Counter
from contextlib import AsyncExitStack

from harness.buyers import ACCEPT, REJECT, Silence, bid
from harness.house import open_house, until
from harness.market import lead, nouns, offer
from outbid.core.scope import HOUSE
from outbid.store.control import steps

BREAKER = {"after": 3, "first_s": 1, "most_s": 1, "good": 2}


def silent(_):
    raise Silence


async def skipped(house, answers) -> Counter:
    """How often an offer was skipped for which reason."""
    found: Counter = Counter()
    for answer in answers:
        state = await house.events(answer.json["lead"])
        found.update(skip.reason for event in state if type(event).__name__ == "Matched" for skip in event.skips)
    return found


async def test_a_buyer_gets_no_more_pings_than_his_limits_say(database_url, app_database_url, buyers):
    for name in "abc":
        buyers.on(name, ping=bid("5"), post=ACCEPT)
    offers = [
        offer("a", buyers.port, pings={"per_day": 2}),
        offer("b1", buyers.port, buyer="b"),
        offer("b2", buyers.port, buyer="b"),
        offer("c", buyers.port),
    ]
    market = nouns(offers, buyers={"b": {"pings": {"per_day": 5}}})
    async with open_house(database_url, app_database_url, market) as house:
        answers = [await house.sell(lead()) for _ in range(4)]
        assert {answer.json["outcome"] for answer in answers} == {"sold"}
        assert {name: len(buyers.pings(name)) for name in "abc"} == {"a": 2, "b": 5, "c": 4}
        assert await skipped(house, answers) == {"throttled": 2 + 3}


async def test_the_processes_that_live_share_a_limit(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("5"), post=ACCEPT)
    market = nouns([offer("a", buyers.port, pings={"per_day": 3})])
    async with (
        open_house(database_url, app_database_url, market) as first,
        open_house(database_url, app_database_url) as second,
    ):
        both = (first, second)
        await until(lambda: sorted(h.process.exchange.throttle.place for h in both) == [(0, 2), (1, 2)])
        for n in range(12):
            await both[n % 2].sell(lead())
        assert len(buyers.pings("a")) == 3


async def test_a_dead_buyer_is_left_in_peace_and_asked_again_once_he_lives(database_url, app_database_url, buyers):
    buyers.on("dead", ping=silent, post=ACCEPT)
    buyers.on("good", ping=bid("5"), post=ACCEPT)
    offers = [offer("dead", buyers.port, breaker=BREAKER), offer("good", buyers.port)]
    patient = {"tiers": [{"slug": "main", "deadline_ms": 150}]}
    async with open_house(database_url, app_database_url, nouns(offers, campaign_more=patient)) as house:
        answers = [await house.sell(lead()) for _ in range(12)]
        assert {answer.json["outcome"] for answer in answers} == {"sold"}, "the others are sold as ever"
        asked = len(buyers.pings("dead"))
        assert (await skipped(house, answers))["breaker_open"] == 12 - asked
        assert 3 <= asked < 12
        assert house.process.exchange.breakers.open() == 1

        buyers.on("dead", ping=bid("9"))

        async def lives() -> bool:
            await house.sell(lead())
            return house.process.exchange.breakers.open() == 0

        await until(lives)
        before = len(buyers.pings("dead"))
        for _ in range(3):
            await house.sell(lead())
        assert len(buyers.pings("dead")) == before + 3


async def test_an_endpoint_that_nobody_listens_at_opens_the_campaigns_breaker(database_url, app_database_url, buyers):
    buyers.on("good", ping=bid("5"), post=ACCEPT)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        closed = taken.getsockname()[1]
    offers = [offer("gone", closed), offer("good", buyers.port)]
    market = nouns(offers, campaign_more={"breaker": BREAKER})
    async with open_house(database_url, app_database_url, market) as house:
        answers = [await house.sell(lead()) for _ in range(3)]
        answers += await asyncio.gather(*(house.sell(lead()) for _ in range(5)))
        assert (await skipped(house, answers))["breaker_open"] == 5
        assert {answer.json["outcome"] for answer in answers} == {"sold"}


HEALTH = {
    "rules": [{"measure": "rejects", "over": "40%", "least": 5}],
    "steps": ["50%"],
    "window_s": 10,
    "dwell_s": 1,
    "pause_s": 2,
}


async def test_a_buyer_who_turns_bad_gets_less_and_more_again_once_he_is_well(database_url, app_database_url, buyers):
    """S26: his share falls, it is told on which figures, the others are sold as ever, and it comes back by itself."""
    buyers.on("bad", ping=bid("9"), post=REJECT)
    buyers.on("good", ping=bid("5"), post=ACCEPT)
    offers = [offer("bad", buyers.port, health=HEALTH), offer("good", buyers.port)]
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(
            open_house(database_url, app_database_url, nouns(offers, buyers={"bad": {"notices": {}}}))
        )
        second = await stack.enter_async_context(open_house(database_url, app_database_url))
        houses, answers = (first, second), []
        number = next(n for n, o in first.process.exchange.market.offers.items() if o.slug == "bad")

        async def comes_to(*shares: int | None) -> bool:
            answers.append(await houses[len(answers) % 2].sell(lead()))
            await asyncio.sleep(0.02)
            return all(house.process.exchange.shares.get(number) in shares for house in houses)

        await until(lambda: comes_to(500_000), 15)
        await until(lambda: comes_to(0), 15)
        buyers.on("bad", post=ACCEPT)
        await until(lambda: comes_to(500_000), 15)
        await until(lambda: comes_to(None), 15)
        assert {answer.json["outcome"] for answer in answers} == {"sold"}

        found = await steps.taken(first.connection, HOUSE, number, 1 << 30, 100)
        assert [(step.why, step.stage, step.share) for step in reversed(found)] == [
            ("worse", "lowered", 500_000),
            ("worse", "paused", 0),
            ("tried_again", "trying", 500_000),
            ("better", "full", 1_000_000),
        ]
        bodies = await first.connection.fetch("select body from notice order by id")
        notices = [one for row in bodies for one in json.loads(row["body"]) if one["kind"] == "step"]
        assert [(one["why"], one["stage"]) for one in notices] == [(step.why, step.stage) for step in reversed(found)]
        worse = found[-1].figures[0]
        assert worse.measure == "rejects"
        assert worse.cases == worse.bad >= 5
        reasons = await skipped(first, answers)
        assert reasons["lowered"] > 0
        assert reasons["paused_by_rule"] > 0


async def test_of_two_who_take_the_same_step_one_does(app_database_url, database_url):
    async with open_house(database_url, app_database_url, nouns([offer("a", 9)])) as house:
        now = steps.Stands(7, 1, 500_000, 0, 1_700_000_000_000, 1)
        step = steps.Step(1, now.since_ms, steps.RULES, "worse", "lowered", now.share, [])
        taken = [await steps.take(house.connection, now, step) for _ in range(2)]
        assert taken == [True, False]
        assert [row.n for row in await steps.stands(house.connection, HOUSE)] == [1]
        assert len(await steps.taken(house.connection, HOUSE, 7, 99, 99)) == 1
