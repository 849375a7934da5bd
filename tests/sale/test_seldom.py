"""Who hardly ever bids is spared pings, is seen when he bids again, and costs the others nothing."""

from collections import Counter
from contextlib import AsyncExitStack

from harness.buyers import ACCEPT, REJECT, bid
from harness.house import open_house, until
from harness.market import lead, nouns, offer
from outbid.api.operator.seldom import Bidder, bidders
from outbid.core.control.seldom import Answers
from outbid.core.lead.event import Matched
from outbid.exchange.live.learned import bidders as learned

RULE = {"after": 10, "under": "20%", "ask": "30%"}


async def _skips(house, answers):
    events = [event for answer in answers for event in await house.events(answer.json["lead"])]
    return [skip for event in events if isinstance(event, Matched) for skip in event.skips]


async def test_who_never_bids_is_asked_seldom_until_he_bids_again(database_url, app_database_url, buyers, monkeypatch):
    """Of two processes each knows what the other heard; what was known is written with each skip."""
    monkeypatch.setattr(learned, "LEARN_EVERY_MS", 0)
    buyers.on("shy", ping=REJECT, post=ACCEPT)
    buyers.on("good", ping=bid("5"), post=ACCEPT)
    offers = [offer("shy", buyers.port, seldom=RULE), offer("good", buyers.port)]
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(open_house(database_url, app_database_url, nouns(offers)))
        second = await stack.enter_async_context(open_house(database_url, app_database_url))
        houses, exchange = (first, second), first.process.exchange
        (source,), (shy, _) = exchange.market.sources, sorted(exchange.market.offers)

        async def sell(times):
            return [await houses[n % 2].sell(lead()) for n in range(times)]

        def all_know(known):
            return lambda: all(h.process.exchange.bidders.of(source, shy, 10) == known for h in houses)

        async def told():
            return await bidders(first.connection, 0, exchange.market, exchange.clock.now_ms())

        begun = await sell(10)
        assert len(buyers.pings("shy")) == 10, "nothing is known yet"
        await until(all_know(Answers(10, 0)), 10)
        answers = begun + await sell(40)
        asked = len(buyers.pings("shy")) - 10
        skips = await _skips(first, answers)
        assert Counter(skip.reason for skip in skips) == {"seldom_bids": 40 - asked}
        assert 0 < asked < 30, "he is asked about some of them still"
        assert all(skip.answers >= 10 and skip.bids == 0 for skip in skips)
        assert {answer.json["outcome"] for answer in answers} == {"sold"}

        await until(all_know(Answers(10 + asked, 0)), 10)
        assert (await told()).items == [Bidder("shy", "shy", "web", 10 + asked, 0, "30%", 40 - asked)]
        assert (await told()).spared == 40 - asked

        buyers.on("shy", ping=bid("4"))

        async def is_back() -> bool:
            return not await _skips(first, await sell(10))

        await until(is_back, 30)

        async def is_told() -> bool:
            return {row.asked for row in (await told()).items} == {"100%"}

        await until(is_told, 10)
