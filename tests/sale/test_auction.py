"""The auction door to door: who is asked, who wins, who is told what."""

import asyncio
import time

from harness.buyers import ACCEPT, REJECT, HangUp, Silence, bid, http
from harness.house import open_house, request, until
from harness.market import lead, nouns, offer
from outbid.core.ids import LEAD, parse, uuid7
from outbid.exchange.clock import noise_source
from outbid.store import jobs


def _silent(got):
    raise Silence


def _hang_up(got):
    raise HangUp


async def test_the_highest_bid_wins_and_the_seller_is_paid_his_share(database_url, app_database_url, buyers):
    buyers.on("low", ping=bid("10.00"))
    buyers.on("high", ping=bid("20.50", "tok-1"), post=ACCEPT | {"redirect": "https://high.example/x"})
    market = nouns([offer("low", buyers.port), offer("high", buyers.port)])
    async with open_house(database_url, app_database_url, market) as house:
        answer = await house.sell(lead(zip="78701"))
        assert answer.status == 200
        assert answer.json["outcome"] == "sold"
        assert answer.json["price"] == "16.40"
        assert answer.json["redirect"] == "https://high.example/x"
        assert buyers.posts("low") == []
        post = buyers.posts("high")[0]
        assert post.json["token"] == "tok-1"
        assert post.json["price"] == "20.50"
        assert post.headers["idempotency-key"].startswith("sl_")
        balance = await house.balance()
        assert balance.faults == ()
        assert balance.totals == {"USD": 0}


async def test_a_ping_shows_facts_and_no_person(database_url, app_database_url, buyers):
    buyers.on("a", ping=REJECT)
    async with open_house(database_url, app_database_url, nouns([offer("a", buyers.port)])) as house:
        person = lead(amount=5)
        answer = await house.sell(person)
        assert answer.json == {"outcome": "unsold", "lead": answer.json["lead"], "reason": "no_bids"}
        seen = buyers.pings("a")[0]
        assert set(seen.json) == {"zip", "state", "birth_date_age", "amount"}
        for personal in (person["email"], person["phone"], "Ann", "1980-01-31", answer.json["lead"]):
            assert personal.encode() not in seen.body


async def test_silent_buyers_do_not_delay_the_sale_beyond_the_deadline(database_url, app_database_url, buyers):
    buyers.on("quick", ping=bid("9"), post=ACCEPT)
    buyers.on("silent", ping=_silent)
    short = {"tiers": [{"slug": "main", "deadline_ms": 400}]}
    market = nouns([offer("quick", buyers.port), offer("silent", buyers.port)], campaign_more=short)
    async with open_house(database_url, app_database_url, market) as house:
        started = time.monotonic()
        answer = await house.sell(lead())
        assert answer.json["outcome"] == "sold"
        assert 0.4 <= time.monotonic() - started < 2.0
        events = await house.events(answer.json["lead"])
        pinged = next(event for event in events if type(event).__name__ == "Pinged")
        assert {line.outcome for line in pinged.bids} == {"bid", "late"}


async def test_twenty_buyers_are_asked_side_by_side(database_url, app_database_url, buyers):
    async def slow(got):
        await asyncio.sleep(0.2)
        return bid("8") if got.buyer == "b7" else REJECT

    names = [f"b{n}" for n in range(20)]
    for name in names:
        buyers.on(name, ping=slow, post=ACCEPT)
    market = nouns([offer(name, buyers.port) for name in names])
    async with open_house(database_url, app_database_url, market) as house:
        started = time.monotonic()
        answer = await house.sell(lead())
        assert answer.json["outcome"] == "sold"
        assert time.monotonic() - started < 2.0  # one after the other would take four seconds
        assert sum(len(buyers.pings(name)) for name in names) == 20


async def test_a_bid_below_the_floor_loses_and_one_at_the_floor_wins(database_url, app_database_url, buyers):
    buyers.on("under", ping=bid("19.99"))
    market = nouns([offer("under", buyers.port)], campaign_more={"floor": "20"})
    async with open_house(database_url, app_database_url, market) as house:
        answer = await house.sell(lead())
        assert answer.json["outcome"] == "unsold"
        events = await house.events(answer.json["lead"])
        pinged = next(event for event in events if type(event).__name__ == "Pinged")
        assert pinged.bids[0].reason == "below_floor"
        buyers.on("under", ping=bid("20.00"), post=ACCEPT)
        assert (await house.sell(lead())).json["outcome"] == "sold"


async def test_ties_go_by_priority_and_never_by_arrival(database_url, app_database_url, buyers):
    async def later(got):
        await asyncio.sleep(0.1)
        return bid("10")

    buyers.on("first", ping=bid("10"))
    buyers.on("preferred", ping=later, post=ACCEPT)
    market = nouns([offer("first", buyers.port, priority=50), offer("preferred", buyers.port, priority=10)])
    async with open_house(database_url, app_database_url, market) as house:
        assert (await house.sell(lead())).json["outcome"] == "sold"
        assert len(buyers.posts("preferred")) == 1


async def test_a_direct_offer_takes_part_at_its_price_without_a_ping(database_url, app_database_url, buyers):
    buyers.on("bidder", ping=bid("12"))
    buyers.on("direct", post=ACCEPT)
    market = nouns([offer("bidder", buyers.port), offer("direct", buyers.port, price="15")])
    async with open_house(database_url, app_database_url, market) as house:
        assert (await house.sell(lead())).json["price"] == "12.00"
        assert buyers.pings("direct") == []


async def test_after_a_reject_the_next_bidder_and_then_the_next_tier_is_posted(database_url, app_database_url, buyers):
    buyers.on("best", ping=bid("30"), post={"accepted": False, "reason": "Duplicate lead"})
    buyers.on("second", ping=bid("20"), post=REJECT)
    buyers.on("sweeper", post=ACCEPT)
    market = nouns(
        [
            offer("best", buyers.port),
            offer("second", buyers.port),
            offer("sweeper", buyers.port, tier="rest", price="5"),
        ]
    )
    async with open_house(database_url, app_database_url, market) as house:
        answer = await house.sell(lead())
        assert answer.json["price"] == "4.00"
        state = await house.state(answer.json["lead"])
        assert [(sale.status, sale.reason) for sale in state.sales] == [
            ("rejected", "buyer_duplicate"),
            ("rejected", "rejected"),
            ("sold", ""),
        ]
        assert (await house.balance()).faults == ()


async def test_the_sellers_resale_limit_and_his_list_of_buyers_hold(database_url, app_database_url, buyers):
    for name, price in (("a", "30"), ("b", "25"), ("c", "20"), ("d", "40")):
        buyers.on(name, ping=bid(price), post=REJECT)
    market = nouns(
        [offer(name, buyers.port) for name in "abcd"], source_more={"most_posts": 2, "buyers": ["a", "b", "c"]}
    )
    async with open_house(database_url, app_database_url, market) as house:
        answer = await house.sell(lead())
        assert answer.json["reason"] == "resell_limit"
        assert [len(buyers.posts(name)) for name in "abcd"] == [1, 1, 0, 0]
        assert buyers.pings("d") == []


async def test_a_buyer_that_cannot_be_reached_is_passed_over(database_url, app_database_url, buyers):
    gone = {"post_url": "http://127.0.0.1:9/gone/post"}
    buyers.on("gone", ping=bid("50"))
    buyers.on("there", ping=bid("20"), post=ACCEPT)
    unreachable = offer("gone", buyers.port, delivery=gone)
    unreachable["private_targets"].append("127.0.0.1:9")
    market = nouns([unreachable, offer("there", buyers.port)])
    async with open_house(database_url, app_database_url, market) as house:
        answer = await house.sell(lead())
        assert answer.json["price"] == "16.00"
        state = await house.state(answer.json["lead"])
        assert state.sales[0].reason == "unreachable"


async def test_a_post_without_an_answer_is_uncertain_and_nobody_else_is_posted(database_url, app_database_url, buyers):
    buyers.on("liar", ping=bid("50"), post=_silent)
    buyers.on("next", ping=bid("20"), post=ACCEPT)
    market = nouns([offer("liar", buyers.port), offer("next", buyers.port)])
    async with open_house(database_url, app_database_url, market) as house:
        answer = await house.sell(lead())
        assert answer.status == 202
        assert answer.json["outcome"] == "pending"
        assert buyers.posts("next") == []
        state = await house.state(answer.json["lead"])
        assert state.sales[0].status == "uncertain"
        assert (await house.balance()).faults == ()


async def test_a_repeatable_post_is_asked_again_with_the_same_key(database_url, app_database_url, buyers):
    answers = [_hang_up, _hang_up, lambda got: ACCEPT]
    buyers.on("flaky", ping=bid("50"), post=lambda got: answers[len(buyers.posts("flaky")) - 1](got))
    market = nouns([offer("flaky", buyers.port, delivery={"repeatable": True})])
    async with open_house(database_url, app_database_url, market) as house:
        answer = await house.sell(lead())
        assert answer.json["outcome"] == "sold"
        keys = {post.headers["idempotency-key"] for post in buyers.posts("flaky")}
        assert len(buyers.posts("flaky")) == 3
        assert len(keys) == 1


async def test_a_lower_price_in_the_posts_reply_is_captured_and_a_higher_one_is_not(
    database_url, app_database_url, buyers
):
    buyers.on("a", ping=bid("20"), post=ACCEPT | {"price": "18.00"})
    async with open_house(database_url, app_database_url, nouns([offer("a", buyers.port)])) as house:
        assert (await house.sell(lead())).json["price"] == "14.40"
        buyers.on("a", post=ACCEPT | {"price": "90.00"})
        answer = await house.sell(lead())
        assert answer.json["price"] == "16.00"
        sold = next(e for e in await house.events(answer.json["lead"]) if type(e).__name__ == "Sold")
        assert sold.flag == "price_raised"
        assert (await house.balance()).faults == ()


async def test_a_fault_of_the_buyers_server_after_a_post_is_uncertain(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("20"), post=http(503, b"{}"))
    async with open_house(database_url, app_database_url, nouns([offer("a", buyers.port)])) as house:
        answer = await house.sell(lead())
        assert answer.json["outcome"] == "pending"


async def test_offers_get_only_leads_that_match_their_filter(database_url, app_database_url, buyers):
    buyers.on("texas", ping=bid("20"), post=ACCEPT)
    picky = offer(
        "texas",
        buyers.port,
        filter={"all": [{"fact": "state", "one_of": ["texas", "OK"]}, {"fact": "birth_date.age", "at_least": 25}]},
    )
    async with open_house(database_url, app_database_url, nouns([picky])) as house:
        assert (await house.sell(lead(state="CA"))).json["reason"] == "no_match"
        assert (await house.sell(lead(state="TX", birth_date="2010-01-01"))).json["reason"] == "no_match"
        assert buyers.pings("texas") == []
        assert (await house.sell(lead(state="Texas"))).json["outcome"] == "sold"


async def test_a_price_below_the_floor_in_the_posts_reply_is_no_sale_that_was_agreed_to(
    database_url, app_database_url, buyers
):
    buyers.on("sly", ping=bid("30"), post=ACCEPT | {"price": "5.00"})
    buyers.on("honest", ping=bid("28"), post=ACCEPT)
    market = nouns([offer("sly", buyers.port), offer("honest", buyers.port)], campaign_more={"floor": "25"})
    async with open_house(database_url, app_database_url, market) as house:
        answer = await house.sell(lead())
        assert answer.json["outcome"] == "pending"
        state = await house.state(answer.json["lead"])
        assert (state.sales[0].status, state.sales[0].reason) == ("uncertain", "price_below_floor")
        assert buyers.posts("honest") == []


async def test_an_uncertain_sale_that_is_settled_twice_pays_once(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("20"), post=_silent)
    market = nouns([offer("a", buyers.port)], buyers={"a": {"wallet": {"credit": "50"}}})
    async with open_house(database_url, app_database_url, market) as house:
        name = (await house.sell(lead())).json["lead"]
        assert await house.connection.fetchval("select held from account") == 20_000_000
        (sale,) = (await house.state(name)).sales
        clock, (cell, identifier) = house.process.exchange.clock, parse(LEAD, name)
        for outcomes in (("sold", "sold"), ("rejected",)):  # as three who know nothing of each other
            for outcome in outcomes:
                job = uuid7(clock.now_ms(), noise_source()(10))
                payload = {"lead": identifier.hex(), "sale": sale.id, "outcome": outcome, "by": "somebody"}
                await jobs.put(house.connection, cell, job, "settle", payload, clock.now_ms(), None)
            await until(lambda: _no_jobs(house), 20)
        answer = await request(house.port, "GET", f"/v1/leads/{name}")
        assert (answer.json["outcome"], answer.json["price"]) == ("sold", "16.00")
        rows = await house.connection.fetch("select kind, amount from transfer order by amount")
        assert [tuple(row) for row in rows] == [("margin", 4_000_000), ("payout", 16_000_000)]
        assert tuple(await house.connection.fetchrow("select posted, held from account")) == (20_000_000, 0)
        assert (await house.balance()).faults == ()


async def _no_jobs(house):
    return await house.connection.fetchval("select count(*) from job") == 0


async def test_a_fixed_payout_stays_when_the_buyer_lowers_his_price_and_is_never_paid_at_a_loss(
    database_url, app_database_url, buyers
):
    buyers.on("a", ping=bid("20"), post=ACCEPT | {"price": "12.00"})
    market = nouns([offer("a", buyers.port)], source_more={"payout": {"fixed": "11"}})
    async with open_house(database_url, app_database_url, market) as house:
        assert (await house.sell(lead())).json["price"] == "11.00"
        rows = await house.connection.fetch("select kind, amount from transfer order by amount")
        assert [tuple(row) for row in rows] == [("margin", 1_000_000), ("payout", 11_000_000)]
        buyers.on("a", post=ACCEPT | {"price": "10.99"})
        answer = await house.sell(lead())
        assert answer.json["outcome"] == "pending"
        assert (await house.state(answer.json["lead"])).sales[0].reason == "price_below_floor"
