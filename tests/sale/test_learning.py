"""What methods learn, door to door: who takes what he buys, who has had his share, and that it is all recorded."""

import asyncio

import asyncpg

from harness.buyers import ACCEPT, REJECT, bid
from harness.house import open_house
from harness.market import lead, nouns, offer
from outbid.cli.shown.explain import explain_lead
from outbid.core.contract import Ends
from outbid.core.ids import LEAD, parse
from outbid.core.lead.event import Pinged
from outbid.core.scope import HOUSE
from outbid.exchange.ahead.dry_run import Wish, look
from outbid.exchange.live.learned import scores
from outbid.store import leads
from outbid.store.database import LOST
from outbid.store.tally.ended import ended, won_since


def learning(**settings):
    return {"tiers": [{"slug": "main", "method": {"plugin": "expected_value", "settings": settings}}], "most_posts": 1}


async def _lines(house, answer):
    events = await house.events(answer.json["lead"])
    return {line.offer: line for event in events if isinstance(event, Pinged) for line in event.bids}


async def beat(process):
    """One beat beside those that the process makes itself: both have one connection, and one waits for the other.

    Where the process has given its connection up, as it does when a beat takes too long, it makes another one.
    """
    for _ in range(100):
        try:
            return await process._beat_once()
        except (asyncpg.InterfaceError, *LOST):
            await asyncio.sleep(0.02)
    raise AssertionError("the process never rested between two beats")


async def test_who_rejects_what_he_buys_falls_behind_and_the_line_says_why(database_url, app_database_url, buyers):
    buyers.on("loud", ping=bid("20"), post=REJECT)
    buyers.on("true", ping=bid("12"), post=ACCEPT)
    market = nouns([offer("loud", buyers.port), offer("true", buyers.port)], campaign_more=learning(explore="0%"))
    async with open_house(database_url, app_database_url, market) as house:
        answers = [await house.sell(lead()) for _ in range(30)]
        outcomes = [answer.json["outcome"] for answer in answers]
        assert (outcomes[0], outcomes[-1]) == ("unsold", "sold")
        assert outcomes == sorted(outcomes, reverse=True)  # once he is behind he stays there
        first, last = await _lines(house, answers[0]), await _lines(house, answers[-1])
        loud, true = sorted(first)
        assert first[loud].score == first[true].score
        assert last[loud].score * 20 < last[true].score * 12
        assert not any(line.explored for line in (*first.values(), *last.values()))


async def test_what_was_learned_is_found_again_in_the_tallies(database_url, app_database_url, buyers, monkeypatch):
    monkeypatch.setattr(scores, "LEARN_EVERY_MS", 0)
    buyers.on("a", ping=bid("20"), post=REJECT)
    buyers.on("b", ping=bid("12"), post=ACCEPT)
    market = nouns([offer("a", buyers.port), offer("b", buyers.port)], campaign_more=learning(explore="0%"))
    async with open_house(database_url, app_database_url, market) as house:
        for _ in range(20):
            await house.sell(lead())
        exchange = house.process.exchange
        posts = len(buyers.posts("a")), len(buyers.posts("b"))
        for _ in range(3):
            await beat(house.process)
        (source,) = exchange.market.sources
        a, b = sorted(exchange.market.offers)
        campaign = exchange.market.offers[a].campaign
        told = await ended(house.connection, HOUSE, 0, [source], 0)
        assert told == {(source, a): Ends(0, posts[0]), (source, b): Ends(posts[1], posts[1])}
        assert exchange.scores.record(campaign, source, a).here == Ends(0, posts[0])
        assert exchange.scores.record(campaign, source, b).offer == Ends(posts[1], posts[1])
        now_ms = exchange.clock.now_ms()
        assert await won_since(house.connection, HOUSE, 0, [a, b], now_ms - 86_400_000, 0) == {b: posts[1]}
        assert await won_since(house.connection, HOUSE, 0, [a, b], now_ms - 86_400_000, exchange.lane) == {}


async def test_a_newcomer_is_hoped_for_and_marked_and_the_explanation_says_so(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("20"), post=ACCEPT)
    more = learning(explore="100%") | {"routes": [{"name": "the only one", "tiers": ["main"]}]}
    market = nouns([offer("a", buyers.port)], campaign_more=more)
    async with open_house(database_url, app_database_url, market) as house:
        answer = await house.sell(lead())
        (line,) = (await _lines(house, answer)).values()
        assert line.explored
        assert line.score > 500_000
        _, identifier = parse(LEAD, answer.json["lead"])
        record = await leads.read(house.connection, HOUSE, 0, identifier)
        exchange = house.process.exchange
        told = explain_lead(record, exchange.market, exchange.vault, []).text
        assert f"sold at 20.00 USD (score {line.score}, hoped for, to learn)" in told
        assert "it goes by the route 'the only one'" in told


async def test_leads_are_shared_as_the_weights_say_whatever_is_bid(database_url, app_database_url, buyers):
    for slug, price in (("a", "5"), ("b", "50")):
        buyers.on(slug, ping=bid(price), post=ACCEPT)
    tiers = {"tiers": [{"slug": "main", "method": {"plugin": "fair_share"}}]}
    offers = [offer("a", buyers.port, weight=3), offer("b", buyers.port)]
    async with open_house(database_url, app_database_url, nouns(offers, campaign_more=tiers)) as house:
        for _ in range(12):
            await house.sell(lead())
        assert [len(buyers.posts(slug)) for slug in "ab"] == [9, 3]


async def test_what_other_processes_sold_counts_towards_a_share(database_url, app_database_url, buyers):
    for slug in "ab":
        buyers.on(slug, ping=bid("5"), post=ACCEPT)
    tiers = {"tiers": [{"slug": "main", "method": {"plugin": "fair_share"}}]}
    market = nouns([offer("a", buyers.port), offer("b", buyers.port)], campaign_more=tiers)
    async with open_house(database_url, app_database_url, market) as house:
        exchange = house.process.exchange
        await house.sell(lead())
        a, b = sorted(exchange.market.offers)
        today = exchange.clock.now_ms() // 900_000 * 900_000
        await house.connection.execute(
            """insert into tally (cell, lane, quarter, clock, source, offer, outcome, reason, dimension, times,
                                  price_micros, payout_micros, histogram)
               values (0, 0, $1, 'sale', $2, $3, 'sold', '', 'elsewhere', 9, 0, 0, '{}'),
                      (0, 0, $1, 'sale', $2, $3, 'sold', '', '', 5, 0, 0, '{}')""",
            today,
            next(iter(exchange.market.sources)),
            a,
        )
        await beat(house.process)
        assert exchange.wins.on(exchange.clock.now_ms()) == {a: 6, b: 0}
        for _ in range(4):
            await house.sell(lead())
        assert [len(buyers.posts(slug)) for slug in "ab"] == [1, 4]
        await house.connection.execute("delete from tally where lane = 0")


async def test_a_dry_run_knows_the_scores_of_its_process(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("20"), post=REJECT)
    buyers.on("b", post=ACCEPT)
    market = nouns([offer("a", buyers.port), offer("b", buyers.port, price="15")], campaign_more=learning(explore="0%"))
    async with open_house(database_url, app_database_url, market) as house:
        for _ in range(12):
            await house.sell(lead())
        exchange = house.process.exchange
        (source,) = exchange.market.sources.values()
        a, b = sorted(exchange.market.offers)
        at_ms, live = exchange.clock.now_ms(), [(0, 0.5)]
        wish = Wish(exchange.market, source, lead(), {a: 20_000_000}, at_ms, {}, live, 0, exchange.scores)
        (tier,) = (await look(house.connection, exchange.vault, 0, wish)).ahead().ahead.tiers
        assert [pick.offer for pick in tier.ranking] == [b, a]
        found = {receipt.offer: receipt.score for receipt in tier.receipts}
        assert 0 < found[a] < found[b]
