"""Caps and wallets: exact over two exchange processes, in leads and money, by window and by owner."""

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta

from harness.buyers import ACCEPT, REJECT, bid
from harness.house import open_house, until
from harness.market import lead, nouns, offer


async def _two(stack: AsyncExitStack, owner_url, url, market):
    """Two exchange processes on one database."""
    first = await stack.enter_async_context(open_house(owner_url, url, market))
    second = await stack.enter_async_context(open_house(owner_url, url))
    return first, second


async def _insist(house, fields):
    """The answer of who sends a lead again where the house says that it has too much to do."""
    for _ in range(60):
        answer = await house.sell(fields)
        if answer.status != 503:
            return answer
        await asyncio.sleep(0.25)
    raise AssertionError("turned away for a quarter of a minute")


async def test_a_cap_of_ten_sells_ten_of_five_hundred_leads_at_once(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("5"), post=ACCEPT)
    patient = {"tiers": [{"slug": "main", "deadline_ms": 10_000}]}
    one = offer("a", buyers.port, caps=[{"window": "day", "leads": 10}], post_ms=5000)
    async with AsyncExitStack() as stack:
        houses = await _two(stack, database_url, app_database_url, nouns([one], campaign_more=patient))
        answers = await asyncio.gather(*(_insist(houses[n % 2], lead()) for n in range(500)))
        assert sum(answer.json["outcome"] == "sold" for answer in answers) == 10
        assert len(buyers.posts("a")) == 10
        assert (await houses[0].balance()).faults == ()


async def test_a_rejected_lead_gives_its_room_back(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("5"), post=REJECT)
    market = nouns([offer("a", buyers.port, caps=[{"window": "day", "leads": 1}])])
    async with open_house(database_url, app_database_url, market) as house:
        assert (await house.sell(lead())).json["outcome"] == "unsold"
        buyers.on("a", post=ACCEPT)
        assert (await house.sell(lead())).json["outcome"] == "sold"
        assert (await house.sell(lead())).json["outcome"] == "unsold"


async def test_a_money_cap_stops_the_sale_that_would_pass_it(database_url, app_database_url, buyers):
    """S24: cap 100, bids of 30: three are sold, the fourth is not even pinged, since less than the floor is left."""
    buyers.on("a", ping=bid("30"), post=ACCEPT)
    market = nouns([offer("a", buyers.port, floor="20", caps=[{"window": "day", "money": "100"}])])
    async with open_house(database_url, app_database_url, market) as house:
        outcomes = [(await house.sell(lead())).json["outcome"] for _ in range(4)]
        assert outcomes == ["sold", "sold", "sold", "unsold"]
        assert len(buyers.pings("a")) == 3
        assert len(buyers.posts("a")) == 3


async def test_a_prepaid_wallet_sells_what_was_paid_in_and_no_more(database_url, app_database_url, buyers):
    from outbid.store.money import ledger

    buyers.on("a", ping=bid("10"), post=ACCEPT)
    market = nouns([offer("a", buyers.port)], buyers={"a": {"wallet": {"credit": "0"}}})
    async with open_house(database_url, app_database_url, market) as house:
        assert (await house.sell(lead())).json["outcome"] == "unsold"
        number = next(iter(house.process.exchange.market.offers.values())).buyer
        for _ in range(2):  # the same payment counts once
            await ledger.deposit(house.connection, 0, b"p" * 16, number, "USD", 25_000_000, 1_700_000_000_000)
        house.process.exchange.rooms.clear()
        outcomes = [(await house.sell(lead())).json["outcome"] for _ in range(3)]
        assert outcomes == ["sold", "sold", "unsold"]
        balance = await house.balance()
        assert balance.faults == ()
        assert balance.totals == {"USD": 0}


async def test_only_accepted_leads_are_paid(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("10"), post=REJECT)
    market = nouns([offer("a", buyers.port)], buyers={"a": {"wallet": {"credit": "100"}}})
    async with open_house(database_url, app_database_url, market) as house:
        await house.sell(lead())
        balance = await house.balance()
        assert balance.sums == ()
        row = await house.connection.fetchrow("select posted, held from account where window_name = 'wallet'")
        assert (row["posted"], row["held"]) == (0, 0)


async def test_all_caps_of_a_sale_count_or_none(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("10"), post=ACCEPT)
    caps = [{"window": "day", "leads": 50}, {"window": "hour", "leads": 2}, {"window": "total", "money": "1000"}]
    market = nouns([offer("a", buyers.port, caps=caps)])
    async with open_house(database_url, app_database_url, market) as house:
        for _ in range(4):
            await house.sell(lead())
        rows = await house.connection.fetch("select window_name, posted, held from account order by window_name")
        assert [(row["window_name"], row["posted"], row["held"]) for row in rows] == [
            ("day", 2, 0),
            ("hour", 2, 0),
            ("total", 20_000_000, 0),
        ]


async def test_a_full_campaign_refuses_the_lead_where_a_full_offer_is_only_skipped(
    database_url, app_database_url, buyers
):
    buyers.on("a", ping=bid("10"), post=ACCEPT)
    market = nouns([offer("a", buyers.port)], campaign_more={"caps": [{"window": "day", "leads": 1}]})
    async with open_house(database_url, app_database_url, market) as house:
        assert (await house.sell(lead())).json["outcome"] == "sold"
        answer = await house.sell(lead())
        assert answer.status == 422
        assert answer.json["code"] == "cap_reached"


async def test_a_cap_that_was_raised_has_room_at_once(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("10"), post=ACCEPT)

    def market(leads: int):
        return nouns([offer("a", buyers.port, caps=[{"window": "day", "leads": leads}])])

    async with open_house(database_url, app_database_url, market(1)) as house:
        assert (await house.sell(lead())).json["outcome"] == "sold"
        assert (await house.sell(lead())).json["outcome"] == "unsold"
        await house.change(market(2))
        assert (await house.sell(lead())).json["outcome"] == "sold"
        assert (await house.sell(lead())).json["outcome"] == "unsold"


async def test_an_offer_that_is_paused_in_the_middle_of_an_auction_is_not_sold(database_url, app_database_url, buyers):
    async with open_house(database_url, app_database_url, nouns([offer("a", buyers.port)])) as house:

        async def slow(got):
            await house.change(nouns([offer("a", buyers.port, paused=True)]))
            return bid("10")

        buyers.on("a", ping=slow, post=ACCEPT)
        answer = await house.sell(lead())
        assert answer.json["outcome"] == "unsold"
        assert buyers.posts("a") == []


async def test_the_same_person_on_two_connections_at_once_is_sold_once(database_url, app_database_url, buyers):
    async def slow(got):
        await asyncio.sleep(0.1)
        return bid("10")

    buyers.on("a", ping=slow, post=ACCEPT)
    async with AsyncExitStack() as stack:
        houses = await _two(stack, database_url, app_database_url, nouns([offer("a", buyers.port)]))
        person = lead()
        answers = await asyncio.gather(*(houses[n % 2].sell(person | {"take": n}) for n in range(10)))
        assert sum(answer.status == 200 for answer in answers) == 1
        assert {answer.json["code"] for answer in answers if answer.status == 422} == {"duplicate_in_flight"}
        again = await houses[0].sell(person | {"take": 10})
        assert again.json["code"] == "duplicate"
        assert (len(buyers.pings("a")), len(buyers.posts("a"))) == (1, 1)


async def test_an_unsold_person_may_be_sent_again(database_url, app_database_url, buyers):
    buyers.on("a", ping=REJECT)
    async with open_house(database_url, app_database_url, nouns([offer("a", buyers.port)])) as house:
        person = lead()
        assert (await house.sell(person)).json["outcome"] == "unsold"
        buyers.on("a", ping=bid("10"), post=ACCEPT)
        assert (await house.sell(person | {"take": 2})).json["outcome"] == "sold"


async def test_a_person_may_be_sold_again_when_the_window_of_the_duplicate_rule_is_over(
    database_url, app_database_url, buyers
):
    buyers.on("a", ping=bid("10"), post=ACCEPT)
    async with open_house(database_url, app_database_url, nouns([offer("a", buyers.port)])) as house:
        person = lead()
        assert (await house.sell(person)).json["outcome"] == "sold"
        window = await house.connection.fetch(
            "select c.expires_at - l.arrived_at from claim c join lead l on l.id = c.lead_id"
        )
        assert [row[0] for row in window] == [timedelta(hours=720)] * 2, "by phone and by e-mail"
        assert (await house.sell(person | {"take": 2})).json["code"] == "duplicate"
        await house.connection.execute("update claim set expires_at = to_timestamp(0)")
        assert (await house.sell(person | {"take": 3})).json["outcome"] == "sold"
        assert (await house.sell(person | {"take": 4})).json["code"] == "duplicate"


async def test_who_fills_a_cap_tells_the_other_process_which_asks_no_more(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("5"), post=ACCEPT)
    market = nouns([offer("a", buyers.port, caps=[{"window": "day", "leads": 1}])])
    async with AsyncExitStack() as stack:
        one, other = await _two(stack, database_url, app_database_url, market)
        assert (await one.sell(lead())).json["outcome"] == "sold"
        await until(lambda: other.process.exchange.rooms.scarce())
        answer = await other.sell(lead())
        assert (answer.json["outcome"], answer.json["reason"]) == ("unsold", "no_room")
        assert (len(buyers.pings("a")), len(buyers.posts("a"))) == (1, 1)


async def test_who_believed_an_account_full_finds_the_room_that_another_process_gave_back(
    database_url, app_database_url, buyers
):
    go = asyncio.Event()

    async def no(got):
        await go.wait()
        return REJECT

    buyers.on("a", ping=bid("5"), post=no)
    market = nouns([offer("a", buyers.port, caps=[{"window": "day", "leads": 1}], post_ms=20_000)])
    async with AsyncExitStack() as stack:
        one, other = await _two(stack, database_url, app_database_url, market)
        selling = asyncio.create_task(one.sell(lead()))
        await until(lambda: other.process.exchange.rooms.scarce())
        assert (await other.sell(lead())).json["reason"] == "no_room"
        go.set()
        assert (await selling).json["outcome"] == "unsold"
        buyers.on("a", post=ACCEPT)
        await until(lambda: not other.process.exchange.rooms.scarce())
        assert (await other.sell(lead())).json["outcome"] == "sold"
