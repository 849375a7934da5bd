"""Posting early, door to door: who cannot win any more is not waited for, and all that is told of it is true."""

import asyncio

from harness.buyers import ACCEPT, REJECT, bid
from harness.house import open_house
from harness.market import lead, nouns, offer
from outbid.core.lead.event import Pinged

FIRST = {"plugin": "first_to_answer"}
LONG_MS = 20_000
"""A deadline that no test waits for."""


def early(**more):
    main = {"slug": "main", "deadline_ms": LONG_MS, "method": {"plugin": "waterfall"}, "early": True} | more
    return {"tiers": [main, {"slug": "rest", "deadline_ms": 2000}]}


def in_order(*slugs, port):
    return [offer(slug, port, priority=place) for place, slug in enumerate(slugs, 1)]


class Slow:
    """A buyer who bids only when he is let."""

    def __init__(self, price="99"):
        self.asked, self.let, self.bids = asyncio.Event(), asyncio.Event(), bid(price)

    async def __call__(self, got):
        self.asked.set()
        await self.let.wait()
        return self.bids

    async def first(self, price):
        """Bid for a buyer who answers once this one was asked."""
        await self.asked.wait()
        return bid(price)


async def _pinged(house, answer):
    return next(event for event in await house.events(answer.json["lead"]) if isinstance(event, Pinged))


async def test_a_slow_buyer_behind_the_winner_delays_no_waterfall(database_url, app_database_url, buyers):
    slow = Slow()
    buyers.on("first", ping=lambda got: slow.first("10"), post=ACCEPT)
    buyers.on("second", ping=bid("20"))
    buyers.on("slow", ping=slow)
    market = nouns(in_order("first", "second", "slow", port=buyers.port), campaign_more=early())
    async with open_house(database_url, app_database_url, market) as house:
        answer = await asyncio.wait_for(house.sell(lead()), LONG_MS / 2000)
        slow.let.set()
        assert answer.json["price"] == "8.00"
        pinged = await _pinged(house, answer)
        assert [(line.outcome, line.reason) for line in pinged.bids if line.offer == pinged.bids[-1].offer] == [
            ("late", "not_awaited")
        ]
        assert pinged.bids[-1].sent
        assert [len(buyers.posts(slug)) for slug in ("first", "second", "slow")] == [1, 0, 0]


async def test_his_connection_is_used_again(database_url, app_database_url, buyers):
    slow = Slow()
    buyers.on("first", ping=lambda got: slow.first("10"), post=ACCEPT)
    buyers.on("slow", ping=slow)
    market = nouns(in_order("first", "slow", port=buyers.port), campaign_more=early())
    async with open_house(database_url, app_database_url, market) as house:
        await asyncio.wait_for(house.sell(lead()), LONG_MS / 2000)
        open_before = _connections(house)
        slow.let.set()
        while _idle(house) < open_before:
            await asyncio.sleep(0.01)
        assert _connections(house) == open_before


async def test_after_a_reject_only_who_had_answered_is_there_and_then_the_next_tier(
    database_url, app_database_url, buyers
):
    slow = Slow()
    buyers.on("first", ping=lambda got: slow.first("10"), post=REJECT)
    buyers.on("slow", ping=slow)
    buyers.on("rest", post=ACCEPT)
    offers = [*in_order("first", "slow", port=buyers.port), offer("rest", buyers.port, tier="rest", price="5")]
    async with open_house(database_url, app_database_url, nouns(offers, campaign_more=early())) as house:
        answer = await asyncio.wait_for(house.sell(lead()), LONG_MS / 2000)
        slow.let.set()
        assert answer.json["price"] == "4.00"
        assert [sale.status for sale in (await house.state(answer.json["lead"])).sales] == ["rejected", "sold"]
        assert buyers.posts("slow") == []


async def test_the_highest_bid_waits_for_nobody_who_pays_less_at_most(database_url, app_database_url, buyers):
    slow = Slow()
    buyers.on("high", ping=lambda got: slow.first("25"), post=ACCEPT)
    buyers.on("slow", ping=slow)
    market = nouns(
        [offer("high", buyers.port, most="20"), offer("slow", buyers.port, most="19.99")],
        campaign_more=early(method={"plugin": "highest_bid"}),
    )
    async with open_house(database_url, app_database_url, market) as house:
        answer = await asyncio.wait_for(house.sell(lead()), LONG_MS / 2000)
        slow.let.set()
        assert answer.json["price"] == "16.00"
        assert buyers.posts("high")[0].json["price"] == "20.00"


async def test_two_places_wait_until_both_are_certain(database_url, app_database_url, buyers):
    slow, second = Slow(), Slow("20")
    buyers.on("first", ping=bid("10"), post=ACCEPT)
    buyers.on("second", ping=second, post=ACCEPT)
    buyers.on("slow", ping=slow)
    market = nouns(in_order("first", "second", "slow", port=buyers.port), campaign_more=early(places=2))
    async with open_house(database_url, app_database_url, market) as house:
        selling = asyncio.create_task(house.sell(lead()))
        await asyncio.gather(slow.asked.wait(), second.asked.wait())
        assert buyers.posts("first") == []
        second.let.set()
        assert (await asyncio.wait_for(selling, LONG_MS / 2000)).json["price"] == "24.00"
        slow.let.set()


async def test_a_fixed_price_that_comes_first_asks_nobody(database_url, app_database_url, buyers):
    buyers.on("fixed", post=ACCEPT)
    buyers.on("asked", ping=bid("99"))
    offers = [offer("fixed", buyers.port, priority=1, price="5"), offer("asked", buyers.port, priority=2)]
    async with open_house(database_url, app_database_url, nouns(offers, campaign_more=early())) as house:
        answer = await house.sell(lead())
        assert answer.json["price"] == "4.00"
        assert buyers.pings("asked") == []
        line = (await _pinged(house, answer)).bids[-1]
        assert (line.outcome, line.reason, line.sent) == ("late", "not_awaited", False)


async def test_the_first_to_answer_is_posted_at_once_and_whoever_pays_more_is_not_awaited(
    database_url, app_database_url, buyers
):
    slow = Slow()
    buyers.on("quick", ping=lambda got: slow.first("10"), post=ACCEPT)
    buyers.on("slow", ping=slow)
    market = nouns(in_order("slow", "quick", port=buyers.port), campaign_more=early(method=FIRST))
    async with open_house(database_url, app_database_url, market) as house:
        answer = await asyncio.wait_for(house.sell(lead()), LONG_MS / 2000)
        slow.let.set()
        assert answer.json["price"] == "8.00"
        lines = {line.outcome: line for line in (await _pinged(house, answer)).bids}
        assert lines["late"].reason == "not_awaited"
        assert lines["bid"].ms <= lines["late"].ms


async def test_an_agreed_price_is_there_before_anybody_is_asked(database_url, app_database_url, buyers):
    buyers.on("fixed", post=ACCEPT)
    buyers.on("asked", ping=bid("99"))
    offers = [offer("asked", buyers.port, priority=1), offer("fixed", buyers.port, priority=2, price="5")]
    async with open_house(database_url, app_database_url, nouns(offers, campaign_more=early(method=FIRST))) as house:
        assert (await house.sell(lead())).json["price"] == "4.00"
        assert buyers.pings("asked") == []


async def test_the_first_to_answer_wins_where_all_are_awaited(database_url, app_database_url, buyers):
    slow = Slow()
    buyers.on("quick", ping=lambda got: slow.first("10"), post=REJECT)
    buyers.on("slow", ping=slow, post=ACCEPT)
    more = early(method=FIRST, early=False)
    market = nouns(in_order("slow", "quick", port=buyers.port), campaign_more=more)
    async with open_house(database_url, app_database_url, market) as house:
        selling = asyncio.create_task(house.sell(lead()))
        await slow.asked.wait()
        await asyncio.sleep(0.05)
        slow.let.set()
        assert (await selling).json["price"] == "79.20"
        assert len(buyers.posts("quick")) == 1


async def test_a_turn_is_taken_once_and_by_whoever_is_posted(database_url, app_database_url, buyers):
    for slug in ("a", "b"):
        buyers.on(slug, ping=bid("10"), post=ACCEPT)
    market = nouns(
        in_order("a", "b", port=buyers.port), campaign_more=early(method={"plugin": "round_robin"}, deadline_ms=2000)
    )
    async with open_house(database_url, app_database_url, market) as house:
        for _ in range(4):
            await house.sell(lead())
        assert [len(buyers.posts(slug)) for slug in ("a", "b")] == [2, 2]


def _connections(house):
    return sum(counts.open for counts in house.process.exchange.door.stats().values())


def _idle(house):
    return sum(counts.idle for counts in house.process.exchange.door.stats().values())
