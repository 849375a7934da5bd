"""Routes, door to door: a source bound to a buyer, a partner before the auction, traffic that is split, a queue behind."""

from harness.buyers import ACCEPT, REJECT, bid
from harness.house import open_house, until
from harness.market import lead, nouns, offer
from harness.receipts import receipts_of
from outbid.core.lead import event as ev
from sale.test_quotes import PINGED, ping, post

TIERS = [{"slug": "partner"}, {"slug": "main", "deadline_ms": 2000}]


def market(port, routes, *, tiers=TIERS, **more):
    offers = [offer("y", port, tier="partner", price="12"), offer("a", port), offer("b", port)]
    return nouns(offers, campaign_more={"tiers": tiers, "routes": routes}, **more)


async def _tiers(house, answer):
    """The tiers that were matched, and the lot that was drawn."""
    events = await house.events(answer.json["lead"])
    inspected = next(event for event in events if isinstance(event, ev.Inspected))
    return [event.tier for event in events if isinstance(event, ev.Matched)], inspected.lot


async def test_a_source_is_bound_to_a_buyer_and_nobody_else_is_pinged(database_url, app_database_url, buyers):
    buyers.on("y", post=REJECT)
    for slug in "ab":
        buyers.on(slug, ping=bid("40"), post=ACCEPT)
    routes = [{"name": "bound", "sources": ["web"], "tiers": ["partner"]}]
    async with open_house(database_url, app_database_url, market(buyers.port, routes)) as house:
        answer = await house.sell(lead())
        assert (answer.json["outcome"], answer.json["reason"]) == ("unsold", "all_rejected")
        assert [len(buyers.posts(slug)) for slug in "yab"] == [1, 0, 0]
        assert [len(buyers.pings(slug)) for slug in "ab"] == [0, 0]
        assert await _tiers(house, answer) == ([0], -1)
        told = await receipts_of(house, answer)
        assert told["a"] == told["b"] == ("not_asked", "not_on_route")


async def test_the_partner_comes_first_and_the_auction_takes_what_he_refuses(database_url, app_database_url, buyers):
    replies = [ACCEPT, REJECT]
    buyers.on("y", post=lambda got: replies.pop(0))
    for slug, price in (("a", "20"), ("b", "30")):
        buyers.on(slug, ping=bid(price), post=ACCEPT)
    routes = [{"name": "partner first", "when": {"fact": "state", "equals": "TX"}, "tiers": ["partner", "main"]}]
    backwards = [*routes, {"name": "others", "tiers": ["main", "partner"]}]
    async with open_house(database_url, app_database_url, market(buyers.port, backwards)) as house:
        direct, auctioned, other = [await house.sell(lead(state=state)) for state in ("TX", "TX", "CA")]
        assert [answer.json["price"] for answer in (direct, auctioned, other)] == ["9.60", "24.00", "24.00"]
        assert [(await _tiers(house, answer))[0] for answer in (direct, auctioned, other)] == [[0], [0, 1], [1]]
        assert (await receipts_of(house, direct))["a"] == ("not_asked", "tier_not_reached")


async def test_traffic_is_split_by_lot_and_the_lot_is_recorded(database_url, app_database_url, buyers):
    for slug in "yab":
        buyers.on(slug, ping=bid("20"), post=ACCEPT)
    routes = [{"name": "half", "percent": "50%", "tiers": ["partner"]}, {"name": "rest", "tiers": ["main"]}]
    async with open_house(database_url, app_database_url, market(buyers.port, routes)) as house:
        found = [await _tiers(house, await house.sell(lead())) for _ in range(24)]
        assert all(tiers == ([0] if lot < 500_000 else [1]) for tiers, lot in found)
        assert {tiers[0] for tiers, _ in found} == {0, 1}


async def test_a_lead_goes_the_way_of_its_ping(database_url, app_database_url, buyers):
    for slug in "yab":
        buyers.on(slug, ping=bid("20"), post=ACCEPT)
    routes = [{"name": "half", "percent": "50%", "tiers": ["partner"]}, {"name": "rest", "tiers": ["main"]}]
    async with open_house(database_url, app_database_url, market(buyers.port, routes)) as house:
        for _ in range(8):
            quote = await ping(house)
            answer = await post(house, quote)
            assert answer.json["price"] == quote.json["price"]
            inspected = [e for e in await house.events(answer.json["lead"]) if isinstance(e, ev.Inspected)]
            assert [event.lot >= 0 for event in inspected] in ([True, False], [False])
        assert PINGED["state"] == "TX"


async def test_a_queue_at_the_end_of_a_route_takes_what_its_tiers_left(database_url, app_database_url, buyers):
    bids = [bid("0"), bid("9")]
    buyers.on("y", post=REJECT)
    buyers.on("a", ping=lambda got: bids.pop(0), post=ACCEPT)
    tiers = [{"slug": "main", "deadline_ms": 2000, "queue": {"every_s": 1, "until_s": 60}}, {"slug": "partner"}]
    routes = [{"name": "partner, then the queue", "tiers": ["partner", "main"]}]
    offers = [offer("y", buyers.port, tier="partner", price="12"), offer("a", buyers.port)]
    more = {"tiers": tiers, "routes": routes}
    async with open_house(database_url, app_database_url, nouns(offers, campaign_more=more)) as house:
        answer = await house.sell(lead())
        assert answer.json["outcome"] == "pending"

        async def is_sold():
            return (await house.state(answer.json["lead"])).status == "sold"

        await until(is_sold, seconds=10)
        assert (await _tiers(house, answer))[0] == [1, 0, 0]
        assert [len(buyers.posts(slug)) for slug in "ya"] == [1, 1]
