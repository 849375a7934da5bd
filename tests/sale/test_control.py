"""Whom a buyer's limits and his silence keep from being asked; the others are asked and sold as ever."""

import asyncio
import socket
from collections import Counter

from harness.buyers import ACCEPT, Silence, bid
from harness.house import open_house, until
from harness.market import lead, nouns, offer

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
