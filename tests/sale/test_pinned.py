"""A lead is decided by the market that it met; what would stop its sale is looked up anew at the hold."""

from harness.buyers import ACCEPT, bid
from harness.house import open_house, until, write_market
from harness.market import lead, nouns, offer
from outbid.core.market.compile import compile_market
from outbid.exchange.exchange import change_between
from outbid.plugins.registry import Registry
from outbid.store import market as markets

DAY_MS = 86_400_000


async def test_terms_that_change_in_the_middle_of_an_auction_are_for_the_next_lead(
    database_url, app_database_url, buyers
):
    offers = [offer("a", buyers.port)]
    async with open_house(database_url, app_database_url, nouns(offers)) as house:

        async def slow(got):
            if len(buyers.pings("a")) == 1:
                more = {"payout": {"share": "10%"}, "floor": "99"}
                await house.change(nouns(offers, source_more=more, campaign_more={"ping_fields": ["amount"]}))
            return bid("100" if len(buyers.pings("a")) > 1 else "10")

        buyers.on("a", ping=slow, post=ACCEPT)
        assert (await house.sell(lead())).json["price"] == "8.00"
        assert (await house.sell(lead(amount=7))).json["price"] == "10.00"
        assert [set(ping.json) for ping in buyers.pings("a")] == [{"zip", "state", "birth_date_age"}, {"amount"}]
        assert (await house.balance()).faults == ()


async def test_an_offer_that_is_taken_away_in_the_middle_of_an_auction_is_not_sold(
    database_url, app_database_url, buyers
):
    offers = [offer("a", buyers.port), offer("b", buyers.port)]
    async with open_house(database_url, app_database_url, nouns(offers)) as house:

        async def slow(got):
            await house.change(nouns(offers[1:]))
            return bid("20")

        buyers.on("a", ping=slow, post=ACCEPT)
        buyers.on("b", ping=bid("10"), post=ACCEPT)
        assert (await house.sell(lead())).json["price"] == "8.00"
        assert [len(buyers.posts(slug)) for slug in "ab"] == [0, 1]


async def test_a_cap_that_is_lowered_in_the_middle_of_an_auction_binds(database_url, app_database_url, buyers):
    def market(leads: int) -> dict:
        return nouns([offer("a", buyers.port, caps=[{"window": "day", "leads": leads}])])

    async with open_house(database_url, app_database_url, market(5)) as house:
        buyers.on("a", ping=bid("10"), post=ACCEPT)
        assert (await house.sell(lead())).json["outcome"] == "sold"

        async def slow(got):
            await house.change(market(1))
            return bid("10")

        buyers.on("a", ping=slow)
        answer = await house.sell(lead())
        assert (answer.json["outcome"], len(buyers.posts("a"))) == ("unsold", 1)
        account = await house.connection.fetchrow("select ceiling, posted, held, version from account")
        assert tuple(account) == (1, 1, 0, house.process.exchange.market.version)


async def test_the_instant_of_the_hold_says_whose_day_it_is(database_url, app_database_url, buyers):
    market = nouns([offer("a", buyers.port, caps=[{"window": "day", "leads": 1}])])
    async with open_house(database_url, app_database_url, market) as house:
        clock = house.process.exchange.clock
        now_ms = clock.now_ms

        async def slow(got):
            clock.now_ms = lambda: now_ms() + DAY_MS
            return bid("10")

        buyers.on("a", ping=bid("10"), post=ACCEPT)
        assert (await house.sell(lead())).json["outcome"] == "sold"
        house.process.exchange.rooms.clear()  # asked all the same
        buyers.on("a", ping=slow)
        assert (await house.sell(lead())).json["outcome"] == "sold", "it came on a full day, and was held on the next"
        rows = await house.connection.fetch("select posted, held from account order by starts_at")
        assert [tuple(row) for row in rows] == [(1, 0), (1, 0)]
        clock.now_ms = now_ms


async def test_a_version_that_nobody_was_told_of_is_found(database_url, app_database_url, buyers, monkeypatch):
    buyers.on("a", ping=bid("10"), post=ACCEPT)
    async with open_house(database_url, app_database_url, nouns([offer("a", buyers.port)])) as house:
        monkeypatch.setattr(markets, "CHANNEL", "nobody_listens")
        for floor in ("11", "12"):
            newest = await write_market(
                house.connection, nouns([offer("a", buyers.port)], campaign_more={"floor": floor})
            )
        await until(lambda: house.process.exchange.market.version == newest)
        assert (await house.sell(lead())).json["outcome"] == "unsold"


async def test_a_tier_that_a_lead_comes_to_late_asks_by_the_caps_of_now(database_url, app_database_url, buyers):
    """Who is full by a cap that came after the lead is not asked in vain; who got more room is."""

    def market(*caps: dict) -> dict:
        return nouns([offer("a", buyers.port), offer("b", buyers.port, tier="rest", caps=list(caps))])

    async with open_house(database_url, app_database_url, market()) as house:
        buyers.on("b", ping=bid("10"), post=ACCEPT)

        async def caps_come(got):
            buyers.on("a", ping=bid("0"))
            await house.change(market({"window": "day", "leads": 1}))
            assert (await house.sell(lead())).json["outcome"] == "sold"
            return bid("0")

        buyers.on("a", ping=caps_come)
        assert (await house.sell(lead())).json["outcome"] == "unsold"
        assert len(buyers.pings("b")) == 1

        async def cap_is_raised(got):
            buyers.on("a", ping=bid("0"))
            await house.change(market({"window": "day", "leads": 2}))
            return bid("0")

        buyers.on("a", ping=cap_is_raised)
        assert (await house.sell(lead())).json["outcome"] == "sold"
        assert len(buyers.pings("b")) == 2


async def test_what_is_known_of_room_stays_where_no_limit_changed_and_goes_where_that_is_not_sure(
    database_url, app_database_url, buyers
):
    async with open_house(database_url, app_database_url, nouns([offer("a", buyers.port)])) as house:
        exchange, full = house.process.exchange, bytes(16)
        base = exchange.market
        exchange.rooms.learn(full, 0)
        second, third = (compile_market(base.version + n, base.nouns, Registry(), before=base) for n in (1, 2))
        exchange.take(change_between(base, second))
        assert (exchange.market, exchange.rooms.scarce()) == (second, [full])
        exchange.take(change_between(base, third))
        assert (exchange.market, exchange.rooms.scarce()) == (third, []), "compared with another than the one in use"
        exchange.take(change_between(base, second))
        assert exchange.market is third, "an older version never follows a newer one"
