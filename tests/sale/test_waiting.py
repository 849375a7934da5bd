"""Leads that wait: for a person, for an hour in a queue, for a seller who is called when it is over."""

import asyncio

import msgspec

from harness.buyers import ACCEPT, REJECT, bid
from harness.house import open_house, request, until
from harness.market import CHECKS, lead, nouns, offer
from outbid.core.ids import LEAD, parse
from outbid.core.lead import event as ev
from outbid.core.scope import HOUSE
from outbid.exchange.clock import noise_source
from outbid.store import jobs
from outbid.store.money import ledger

ADULT = {
    "plugin": "rule",
    "on_flaw": "review",
    "settings": {"name": "adult", "require": {"fact": "birth_date.age", "at_least": 18}, "field": "birth_date"},
}
CHILD = {"birth_date": "2015-01-31"}
HOUR_MS = 3_600_000


async def review(house, lead_id, outcome):
    cell, identifier = parse(LEAD, lead_id)
    now_ms, noise = house.process.exchange.clock.now_ms(), noise_source()
    return await jobs.put_review(house.connection, cell, identifier, outcome, "ann", now_ms, noise)


async def status(house, lead_id):
    row = await house.connection.fetchrow("select status, reason from lead_status")
    return row and row["status"]


async def test_a_lead_that_a_check_holds_waits_and_is_sold_like_a_new_one_when_it_is_released(
    database_url, app_database_url, buyers
):
    buyers.on("a", ping=bid("10"), post=ACCEPT)
    market = nouns([offer("a", buyers.port)], campaign_more={"checks": [*CHECKS, ADULT]})
    async with open_house(database_url, app_database_url, market) as house:
        answer = await house.sell(lead(**CHILD))
        assert (answer.status, answer.json["outcome"], answer.json["reason"]) == (202, "pending", "in_review")
        assert answer.json["url"] == f"/v1/leads/{answer.json['lead']}"
        assert not buyers.pings("a")
        assert await status(house, answer.json["lead"]) == "review"
        assert await review(house, answer.json["lead"], "released")
        assert not await review(house, answer.json["lead"], "released")
        await until(lambda: buyers.posts("a"))
        await until(lambda: _is(house, answer.json["lead"], "sold"))
        told = await request(house.port, "GET", answer.json["url"])
        assert told.json["price"] == "8.00"
        assert await house.connection.fetchval("select count(*) from job where kind = 'review'") == 0


async def _is(house, lead_id, wanted):
    return (await house.state(lead_id)).status == wanted


async def test_a_cap_that_was_taken_away_binds_no_lead_that_came_before(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("10"), post=ACCEPT)

    def market(caps):
        return nouns([offer("a", buyers.port, caps=caps)], campaign_more={"checks": [*CHECKS, ADULT]})

    async with open_house(database_url, app_database_url, market([{"window": "total", "leads": 1}])) as house:
        waiting = [(await house.sell(lead(**CHILD))).json["lead"] for _ in range(2)]
        assert (await house.sell(lead())).json["outcome"] == "sold"
        assert (await house.sell(lead())).json["outcome"] == "unsold"
        await house.change(market([]))
        assert await ledger.accounts(house.connection, HOUSE) == []
        assert await review(house, waiting[0], "released")
        await until(lambda: _is(house, waiting[0], "sold"))
        await house.change(market([{"window": "total", "leads": 1}]))
        assert await review(house, waiting[1], "released")
        await until(lambda: _is(house, waiting[1], "unsold"))


async def test_an_offer_that_was_taken_away_and_made_again_buys_leads_that_came_before(
    database_url, app_database_url, buyers
):
    buyers.on("a", ping=bid("10"), post=ACCEPT)
    checks = {"campaign_more": {"checks": [*CHECKS, ADULT]}}
    whole = nouns([offer("a", buyers.port)], **checks)
    async with open_house(database_url, app_database_url, whole) as house:
        waiting = (await house.sell(lead(**CHILD))).json["lead"]
        await house.change(nouns([], **checks) | {"buyer": whole["buyer"]})
        await house.change(whole)
        assert await review(house, waiting, "released")
        await until(lambda: _is(house, waiting, "sold"))


async def test_a_lead_in_review_may_be_refused_and_gives_its_claims_up(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("10"), post=ACCEPT)
    market = nouns([offer("a", buyers.port)], campaign_more={"checks": [*CHECKS, ADULT]})
    async with open_house(database_url, app_database_url, market) as house:
        child = lead(**CHILD)
        answer = await house.sell(child)
        again = await house.sell(child | {"state": "CA"})
        assert again.json["code"] == "duplicate_in_flight"
        await review(house, answer.json["lead"], "refused")
        await until(lambda: _is(house, answer.json["lead"], "refused"))
        assert (await house.state(answer.json["lead"])).reason == "rule.broken"
        assert (await house.sell(child | {"state": "NY"})).json["outcome"] == "pending"


async def test_a_lead_that_nobody_reviews_in_time_is_refused(database_url, app_database_url, buyers):
    market = nouns([offer("a", buyers.port)], campaign_more={"checks": [*CHECKS, ADULT], "review_hours": 1})
    async with open_house(database_url, app_database_url, market) as house:
        answer = await house.sell(lead(**CHILD))
        house.process._clock.now_ms = later(house.process._clock.now_ms, HOUR_MS + 1000)
        await until(lambda: _is(house, answer.json["lead"], "refused"), 15)
        reviewed = [e for e in await house.events(answer.json["lead"]) if isinstance(e, ev.Reviewed)]
        assert [(e.outcome, e.by) for e in reviewed] == [("refused", "nobody in time")]


def later(now_ms, by_ms):
    return lambda: now_ms() + by_ms


QUEUE = {
    "tiers": [
        {"slug": "main", "deadline_ms": 2000},
        {"slug": "rest", "deadline_ms": 2000, "queue": {"after_s": 0, "every_s": 1, "until_s": 3}},
    ]
}


async def test_a_queue_takes_what_others_left_and_tries_again_until_an_age(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("10"), post=REJECT)
    buyers.on("b", ping=bid("0"), post=ACCEPT)
    offers = [offer("a", buyers.port), offer("b", buyers.port, tier="rest")]
    async with open_house(database_url, app_database_url, nouns(offers, campaign_more=QUEUE)) as house:
        answer = await house.sell(lead())
        assert (answer.status, answer.json["reason"]) == (202, "queued")
        buyers.on("b", ping=bid("7"), post=ACCEPT)
        await until(lambda: _is(house, answer.json["lead"], "sold"))
        assert len(buyers.pings("a")) == len(buyers.posts("a")) == len(buyers.posts("b")) == 1
        assert len(buyers.pings("b")) == 2

        buyers.on("b", ping=bid("0"))
        answer = await house.sell(lead())
        await until(lambda: _is(house, answer.json["lead"], "unsold"), 12)
        assert 2 <= len(buyers.pings("b")) - 2 <= 4
        assert (await house.balance()).faults == ()


async def test_who_had_no_room_may_buy_from_the_queue_later(database_url, app_database_url, buyers):
    buyers.on("b", ping=bid("7"), post=ACCEPT)
    market = nouns(
        [offer("b", buyers.port, tier="rest")], buyers={"b": {"wallet": {"credit": "0"}}}, campaign_more=QUEUE
    )
    async with open_house(database_url, app_database_url, market) as house:
        answer = await house.sell(lead())
        assert answer.json["reason"] == "queued"
        richer = nouns(
            [offer("b", buyers.port, tier="rest")], buyers={"b": {"wallet": {"credit": "100"}}}, campaign_more=QUEUE
        )
        await house.change(richer)
        await until(lambda: _is(house, answer.json["lead"], "sold"))


async def test_a_queue_begins_at_its_age_and_a_test_lead_does_not_wait(database_url, app_database_url, buyers):
    tiers = [{"slug": "main", "deadline_ms": 2000}, {"slug": "rest", "deadline_ms": 2000, "queue": {"after_s": 600}}]
    buyers.on("b", ping=bid("7"), post=ACCEPT)
    market = nouns([offer("b", buyers.port, tier="rest")], campaign_more={"tiers": tiers})
    async with open_house(database_url, app_database_url, market) as house:
        answer = await house.sell(lead())
        assert answer.json["reason"] == "queued"
        job = await house.connection.fetchrow("select run_at, payload from job where kind = 'due'")
        arrived = await house.connection.fetchval("select arrived_at from lead")
        assert job["run_at"] == arrived + 600_000
        assert msgspec.json.decode(job["payload"])["lead"] == parse(LEAD, answer.json["lead"])[1].hex()
        quote = await request(house.port, "POST", "/v1/pings", msgspec.json.encode({"zip": "78701"}))
        assert quote.json["outcome"] == "unsold"


async def test_a_seller_who_waits_no_longer_is_told_pending_and_called_when_it_is_over(
    database_url, app_database_url, buyers
):
    go = asyncio.Event()

    async def slowly(got):
        await go.wait()
        return ACCEPT

    buyers.on("a", ping=bid("10"), post=slowly)
    buyers.on("seller", ping={"ok": True})
    source = {
        "answer_ms": 200,
        "postback": f"http://127.0.0.1:{buyers.port}/seller/ping?l={{lead}}&o={{outcome}}&p={{price}}&r={{reason}}",
        "private_targets": [f"127.0.0.1:{buyers.port}"],
    }
    market = nouns([offer("a", buyers.port, post_ms=5000)], source_more=source)
    async with open_house(database_url, app_database_url, market) as house:
        answer = await house.sell(lead())
        assert (answer.status, answer.json["outcome"], answer.json["reason"]) == (202, "pending", "in_progress")
        assert any(isinstance(e, ev.Deferred) for e in await house.events(answer.json["lead"]))
        go.set()
        await until(lambda: buyers.pings("seller"))
        name = answer.json["lead"]
        assert buyers.pings("seller")[0].path == f"/seller/ping?l={name}&o=sold&p=8.00&r="
        await until(lambda: _no_jobs(house))
        assert (await house.sell(lead())).json["outcome"] == "sold"
        assert len(buyers.pings("seller")) == 1


async def _no_jobs(house):
    return await house.connection.fetchval("select count(*) from job") == 0


async def test_a_postback_that_is_not_taken_is_tried_again(database_url, app_database_url, buyers):
    buyers.on("seller", ping=b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n")
    source = {
        "postback": f"http://127.0.0.1:{buyers.port}/seller/ping?o={{outcome}}",
        "private_targets": [f"127.0.0.1:{buyers.port}"],
    }
    market = nouns([offer("a", buyers.port)], campaign_more={"checks": [ADULT]}, source_more=source)
    async with open_house(database_url, app_database_url, market) as house:
        answer = await house.sell(lead(**CHILD))
        await review(house, answer.json["lead"], "refused")
        await until(lambda: _failed(house))
        row = await house.connection.fetchrow("select state, attempt, error from job where kind = 'postback'")
        assert (row["state"], row["attempt"]) == ("open", 1)
        assert row["error"] == "the postback of web was answered with 500"
        buyers.on("seller", ping={"ok": True})
        await house.connection.execute("update job set run_at = to_timestamp(0)")
        await until(lambda: _postback_done(house))


async def _failed(house):
    return await house.connection.fetchval("select count(*) from job where kind = 'postback' and error is not null")


async def _postback_done(house):
    return await house.connection.fetchval("select count(*) from job where kind = 'postback'") == 0


async def test_a_lead_in_a_queue_survives_its_process(database_url, app_database_url, buyers):
    buyers.on("b", ping=bid("0"), post=ACCEPT)
    offers = [offer("b", buyers.port, tier="rest")]
    async with open_house(database_url, app_database_url, nouns(offers, campaign_more=QUEUE)) as house:
        answer = await house.sell(lead())
        house.process._tasks[1].cancel()
    buyers.on("b", ping=bid("7"), post=ACCEPT)
    async with open_house(database_url, app_database_url) as house:
        await until(lambda: _is(house, answer.json["lead"], "sold"), 8)
        assert (await house.balance()).faults == ()


async def test_a_job_names_a_lead_and_tells_nothing_of_it(database_url, app_database_url, buyers):
    buyers.on("b", ping=bid("0"))
    buyers.on("seller", ping=b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n")
    source = {
        "postback": f"http://127.0.0.1:{buyers.port}/seller/ping?o={{outcome}}",
        "private_targets": [f"127.0.0.1:{buyers.port}"],
    }
    late = {"tiers": [{"slug": "rest", "queue": {"after_s": 600}}], "checks": [*CHECKS, ADULT]}
    offers = [offer("b", buyers.port, tier="rest")]
    market = nouns(offers, campaign_more=late, source_more=source)
    async with open_house(database_url, app_database_url, market) as house:
        person = lead(first_name="Xanthippe", email="xanthippe.q@example.com", phone="+15125550147", zip="73301")
        await house.sell(person)
        child = (await house.sell(lead(**CHILD, first_name="Xanthippe"))).json["lead"]
        await review(house, child, "refused")
        await until(lambda: _failed(house))
        rows = await house.connection.fetch("select kind, payload::text, key, error from job order by kind")
        assert {row["kind"] for row in rows} >= {"due", "postback"}
        told = repr([dict(row) for row in rows])
        assert [word for word in ("anthippe", "5550147", "73301", "2015-01-31", "TX") if word in told] == []


async def test_a_postback_to_a_private_address_is_not_sent_without_an_exception(database_url, app_database_url, buyers):
    buyers.on("seller", ping={"ok": True})
    source = {"postback": f"http://127.0.0.1:{buyers.port}/seller/ping?o={{outcome}}"}
    market = nouns([offer("a", buyers.port)], campaign_more={"checks": [ADULT]}, source_more=source)
    async with open_house(database_url, app_database_url, market) as house:
        await review(house, (await house.sell(lead(**CHILD))).json["lead"], "refused")
        await until(lambda: _failed(house))
        error = await house.connection.fetchval("select error from job where kind = 'postback'")
        assert error == "the postback of web failed: address_refused"
        assert buyers.pings("seller") == []
