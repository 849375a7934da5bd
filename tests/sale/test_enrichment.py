"""Enrichment door to door: what a service adds reaches the winner, and no service can keep a lead from being sold."""

import asyncio

import msgspec
import pytest

from harness.buyers import ACCEPT, HangUp, Silence, bid, http
from harness.house import open_house, request, until
from harness.market import CHECKS, FIELDS, lead, nouns, offer
from outbid.api.auth import key_hash
from outbid.core.ids import LEAD, parse, public
from outbid.core.lead import event as ev
from outbid.core.lead.exposure import exposure
from outbid.core.market.compile import compile_market
from outbid.core.market.noun import Key
from outbid.core.market.problem import MarketError
from outbid.core.replay.replay import replay
from outbid.core.route import Plan
from outbid.core.scope import HOUSE
from outbid.exchange.revive import lead_of, notes_of, traffic_of
from outbid.exchange.steps import post
from outbid.plugins.registry import Registry
from outbid.store import leads

MORE_FIELDS = [*FIELDS, {"name": "city", "type": "text"}, {"name": "street", "type": "text", "personal": True}]
PING = {"zip": "zip", "city": "city"}
POST = {"first": "first_name", "city": "city", "street": "street", "token": "@token"}


def places(port, **more):
    """A service that knows a person's street by his phone, and the city by the ZIP code."""
    settings = {
        "url": f"http://127.0.0.1:{port}/places/ask",
        "request": {"zip": "zip", "phone": "phone"},
        "reply": {"city": "place.city", "street": "place.street"},
    } | more.pop("settings", {})
    row = {"plugin": "http_append", "name": "places", "settings": settings, "private_targets": [f"127.0.0.1:{port}"]}
    return row | more


def market(port, *enrichers, checks=None, offers=None, **more):
    offers = offers or [offer("a", port, delivery={"ping": PING, "post": POST})]
    campaign = {"fields": MORE_FIELDS, "enrichers": list(enrichers), "checks": CHECKS if checks is None else checks}
    return nouns(offers, campaign_more=campaign | more)


def answered(buyers, reply={"place": {"city": "Austin", "street": "1 Hidden Lane"}}):  # noqa: B006
    buyers.replies["places", "ask"] = reply
    buyers.on("a", ping=bid("10"), post=ACCEPT)


def asked(buyers):
    return buyers.got["places", "ask"]


async def enriched(house, answer):
    return [event for event in await house.events(answer.json["lead"]) if isinstance(event, ev.Enriched)]


async def record_of(house, answer):
    record = await leads.read(house.connection, HOUSE, *parse(LEAD, answer.json["lead"]))
    return record, house.process.exchange.market


async def test_what_a_service_adds_reaches_ping_and_winner(database_url, app_database_url, buyers):
    answered(buyers)
    wants = {"fact": "city", "equals": "Austin"}
    offers = [
        offer("a", buyers.port, filter=wants, delivery={"ping": PING, "post": POST}),
        offer("b", buyers.port, filter={"fact": "city", "equals": "Dallas"}),
    ]
    async with open_house(
        database_url, app_database_url, market(buyers.port, places(buyers.port), offers=offers)
    ) as house:
        came = lead()
        answer = await house.sell(came)
        assert (answer.status, answer.json["outcome"]) == (200, "sold")
        assert [got.json for got in asked(buyers)] == [{"zip": "78701", "phone": came["phone"]}]
        assert buyers.pings("a")[0].json == {"zip": "78701", "city": "Austin"}
        assert buyers.pings("b") == []
        assert buyers.posts("a")[0].json == {"first": "Ann", "city": "Austin", "street": "1 Hidden Lane"}
        (told,) = await enriched(house, answer)
        assert (told.enricher, told.outcome, told.gave, told.facts, told.sent) == (
            "places", "learned", ("city", "street"), {"city": "Austin"}, True,
        )  # fmt: skip
        chapters = await house.connection.fetch("select events::text from chapter")
        assert "Hidden" not in "".join(row[0] for row in chapters), "a personal value stands in no chapter"


def _slow(got):
    raise Silence


def _hang_up(got):
    raise HangUp


@pytest.mark.parametrize(
    ("reply", "outcome", "reason"),
    [
        (_slow, "late", "timed_out"),
        (_hang_up, "failed", "cut_off"),
        (b"nonsense\r\n\r\n", "failed", "not_http"),
        (http(200, b"<html>busy</html>"), "failed", "not_understood"),
        (http(500, b"{}"), "failed", "service_failed"),
        (http(403, b"{}"), "failed", "service_refused"),
        (http(200, b'"' + b"x" * 20_000_000 + b'"'), "failed", "too_large"),
        (http(200, b'{"place": ' + b"[" * 100_000), "failed", "not_understood"),
        ({"place": {"city": ["Austin"], "street": {"a": 1}}}, "failed", "not_understood"),
        ({"place": None}, "nothing", "nothing_known"),
    ],
)
async def test_whatever_a_service_does_the_lead_sells_within_the_budget(
    database_url, app_database_url, buyers, reply, outcome, reason
):
    answered(buyers, reply)
    service = places(buyers.port, fallback={"city": "somewhere"})
    async with open_house(database_url, app_database_url, market(buyers.port, service, enrich_ms=300)) as house:
        answer = await house.sell(lead())
        assert answer.json["outcome"] == "sold"
        assert buyers.posts("a")[0].json["city"] == "somewhere"
        (told,) = await enriched(house, answer)
        assert (told.outcome, told.reason, told.gave) == (outcome, reason, ("city",))
        assert told.ms <= 300 + 200, "the budget, and a little for a busy machine"


async def test_a_service_that_is_gone_or_private_costs_nothing_but_its_values(database_url, app_database_url, buyers):
    answered(buyers)
    gone = places(9, name="gone", settings={"reply": {"city": "city"}})
    private = places(buyers.port, private_targets=[], settings={"reply": {"street": "street"}})
    async with open_house(database_url, app_database_url, market(buyers.port, gone, private)) as house:
        answer = await house.sell(lead())
        assert answer.json["outcome"] == "sold"
        told = await enriched(house, answer)
        assert [(each.outcome, each.reason, each.sent) for each in told] == [
            ("failed", "unreachable", False), ("failed", "address_refused", False),
        ]  # fmt: skip
        assert asked(buyers) == []


async def test_services_are_asked_side_by_side_under_one_budget(database_url, app_database_url, buyers):
    answered(buyers)
    together = asyncio.Barrier(2)

    async def both(got):
        await together.wait()  # never passes if one is asked after the other
        return {"place": {"city": "Austin", "street": "2"}}

    buyers.replies["places", "ask"] = both
    city = places(buyers.port, name="cities", settings={"reply": {"city": "place.city"}})
    street = places(buyers.port, name="streets", settings={"reply": {"street": "place.street"}})
    async with open_house(database_url, app_database_url, market(buyers.port, city, street)) as house:
        await house.sell(lead())
        assert buyers.posts("a")[0].json["city"] == "Austin"
        assert buyers.posts("a")[0].json["street"] == "2"


async def test_an_answer_is_remembered_and_a_fault_is_not(database_url, app_database_url, buyers):
    answered(buyers, http(503, b""))
    service = places(buyers.port, cache_s=600, settings={"request": {"zip": "zip"}})
    async with open_house(database_url, app_database_url, market(buyers.port, service)) as house:
        await house.sell(lead())
        buyers.replies["places", "ask"] = {"place": {"city": "Austin"}}
        outcomes = [(await enriched(house, await house.sell(lead())))[0].outcome for _ in range(3)]
        assert outcomes == ["learned", "cached", "cached"]
        assert len(asked(buyers)) == 2
        assert [post.json["city"] for post in buyers.posts("a")[1:]] == ["Austin"] * 3
        (told,) = await enriched(house, await house.sell(lead(zip="90001", state="CA")))
        assert told.outcome == "learned", "another question"
        kept = house.process.exchange.answers._kept
        assert all(len(key) == 16 for key in (*kept._young, *kept._old)), "keyed hashes alone"


async def test_what_the_seller_sent_stays_unless_it_is_to_be_overwritten(database_url, app_database_url, buyers):
    answered(buyers)
    async with open_house(database_url, app_database_url, market(buyers.port, places(buyers.port))) as house:
        answer = await house.sell(lead(city="Waco"))
        assert (buyers.posts("a")[0].json["city"], buyers.posts("a")[0].json["street"]) == ("Waco", "1 Hidden Lane")
        assert (await enriched(house, answer))[0].gave == ("street",)
        answer = await house.sell(lead(city="Waco", street="5 Own Road"))
        (told,) = await enriched(house, answer)
        assert (told.outcome, told.reason, told.sent) == ("skipped", "nothing_missing", False)
        await house.change(market(buyers.port, places(buyers.port, overwrite=True)))
        await house.sell(lead(city="Waco", street="5 Own Road"))
        assert buyers.posts("a")[2].json["city"] == "Austin"
        assert len(asked(buyers)) == 2


async def test_a_service_that_errs_spoils_nothing_that_the_seller_sent_well(database_url, app_database_url, buyers):
    settings = {"reply": {"phone": "phone", "city": "city"}}
    answered(buyers, {"phone": "no number", "city": "Austin"})
    found = market(buyers.port, places(buyers.port, overwrite=True, settings=settings | {"request": {"zip": "zip"}}))
    async with open_house(database_url, app_database_url, found) as house:
        answer = await house.sell(lead(city="Waco"))
        assert answer.json["outcome"] == "sold"
        assert (await enriched(house, answer))[0].gave == ("city",)
        answered(buyers, {"phone": "no number"})
        answer = await house.sell(lead())
        assert answer.json["outcome"] == "sold"
        (told,) = await enriched(house, answer)
        assert (told.outcome, told.reason, told.gave) == ("failed", "not_understood", ())


async def test_a_lead_that_is_refused_is_shown_to_nobody(database_url, app_database_url, buyers):
    answered(buyers)
    async with open_house(database_url, app_database_url, market(buyers.port, places(buyers.port))) as house:
        sold = lead()
        await house.sell(sold)
        for bad in (lead(phone="1"), lead(zip=""), sold | {"amount": 2}):
            answer = await house.sell(bad)
            assert answer.status == 422
            assert await enriched(house, answer) == []
        assert len(asked(buyers)) == 1


async def test_a_request_that_came_before_is_not_asked_about_again(database_url, app_database_url, buyers):
    answered(buyers)
    found = market(buyers.port, places(buyers.port), checks=[{"plugin": "type"}])
    async with open_house(database_url, app_database_url, found) as house:
        person, key = lead(), ("Idempotency-Key: once",)
        first = await house.sell(person, headers=key)
        assert (await house.sell(person, headers=key)).json == first.json
        assert len(asked(buyers)) == 1


async def test_checks_of_what_a_service_gives_wait_for_it(database_url, app_database_url, buyers):
    answered(buyers)
    checks = [
        {"plugin": "required", "settings": {"fields": ["city", "phone"]}},
        {"plugin": "type"},
        {"plugin": "duplicate", "settings": {"fields": ["street"], "match": "all"}},
    ]
    fields = [*MORE_FIELDS[:-2], {"name": "city", "type": "choice", "settings": {"options": ["Austin"]}}]
    fields.append(MORE_FIELDS[-1])
    found = market(buyers.port, places(buyers.port), checks=checks, fields=fields)
    async with open_house(database_url, app_database_url, found) as house:
        assert (await house.sell(lead())).json["outcome"] == "sold"
        again = await house.sell(lead())
        assert (again.status, again.json["code"]) == (422, "duplicate"), "the same street, which the service gave"
        buyers.replies["places", "ask"] = {"place": {"city": "Atlantis", "street": "3"}}
        faulty = await house.sell(lead())
        assert [error["code"] for error in faulty.json["errors"]] == ["required.missing"], (
            "what cannot be read is no value"
        )
        buyers.replies["places", "ask"] = {}
        missing = await house.sell(lead())
        assert [error["code"] for error in missing.json["errors"]] == ["required.missing"]
        # One that comes without a phone is refused for that at once: nobody is asked about it.
        before = len(asked(buyers))
        assert (await house.sell({"first_name": "Ann", "zip": "78701"})).status == 422
        assert len(asked(buyers)) == before


async def test_a_test_lead_never_leaves_the_house(database_url, app_database_url, buyers):
    answered(buyers)
    found = market(buyers.port, places(buyers.port, fallback={"city": "Testville"}))
    found["key"]["t"] = Key(slug="t", holder="source", owner="web", hash=key_hash("ob_t"), test=True)
    async with open_house(database_url, app_database_url, found) as house:
        answer = await house.sell(lead(), key="ob_t")
        assert answer.json["outcome"] == "sold"
        (told,) = await enriched(house, answer)
        assert (told.outcome, told.reason, told.gave) == ("skipped", "test_lead", ("city",))
        assert asked(buyers) == []


async def test_its_exposure_and_traffic_are_recorded_as_a_buyers_are(database_url, app_database_url, buyers):
    answered(buyers)
    service = places(buyers.port, settings={"headers": {"X-Api-Key": "k-hush-hush"}})
    async with open_house(database_url, app_database_url, market(buyers.port, service)) as house:
        answer = await house.sell(lead())
        record, known = await record_of(house, answer)
        plan = Plan(known.campaigns[record.campaign], known.sources[record.source])
        shown = exposure(plan, msgspec.json.decode(record.facts), await house.events(answer.json["lead"]))
        assert [(each.step, each.enricher, each.fields) for each in shown] == [
            ("enrich", "places", ("zip", "phone")),
            ("ping", "", ("zip", "city")),
            ("post", "", ("first_name", "city", "street")),
        ]
        sealed = await leads.traffic(house.connection, HOUSE, record.cell, record.id)
        said = traffic_of(house.process.exchange.vault, record, sealed)
        assert [call.row.step for call in said] == ["enrich", "ping", "post"]
        assert dict(said[0].head.headers)["X-Api-Key"] == "_hidden_"
        assert asked(buyers)[0].headers["x-api-key"] == "k-hush-hush"


async def test_every_decision_repeats_after_the_person_is_erased(database_url, app_database_url, buyers):
    answered(buyers)
    wants = {"fact": "city", "equals": "Austin"}
    offers = [offer("a", buyers.port, filter=wants, delivery={"ping": PING, "post": POST})]
    found = market(buyers.port, places(buyers.port), offers=offers)
    async with open_house(database_url, app_database_url, found) as house:
        answer = await house.sell(lead())
        record, known = await record_of(house, answer)
        vault = house.process.exchange.vault
        assert lead_of(vault, record, known).values["street"].value == "1 Hidden Lane"
        assert notes_of(vault, record)["learned street"] == '"1 Hidden Lane"'
        await house.connection.execute("delete from lead_key")
        record, _ = await record_of(house, answer)
        plan = Plan(known.campaigns[record.campaign], known.sources[record.source])
        events = await house.events(answer.json["lead"])
        assert replay(plan, msgspec.json.decode(record.facts), events) == []
        forged = [event for event in events if not isinstance(event, ev.Enriched)]
        assert replay(plan, msgspec.json.decode(record.facts), forged) != [], "without it nobody would have matched"


async def test_a_ping_learns_what_it_can_and_its_post_keeps_that(database_url, app_database_url, buyers):
    answered(buyers)
    city = places(buyers.port, name="cities", settings={"request": {"zip": "zip"}, "reply": {"city": "place.city"}})
    street = places(buyers.port, name="streets", settings={"reply": {"street": "place.street"}})
    wants = {"fact": "city", "equals": "Austin"}
    offers = [offer("a", buyers.port, filter=wants, delivery={"ping": PING, "post": POST})]
    found = market(buyers.port, city, street, offers=offers, ping_fields=["zip", "state", "city"])
    async with open_house(database_url, app_database_url, found) as house:
        told = {"zip": "78701", "state": "TX"}
        quote = await request(house.port, "POST", "/v1/pings", msgspec.json.encode(told))
        assert quote.json["outcome"] == "quoted"
        assert [got.json for got in asked(buyers)] == [{"zip": "78701"}]
        buyers.replies["places", "ask"] = {"place": {"city": "Elsewhere", "street": "1 Hidden Lane"}}
        answer = await house.sell(lead() | told | {"ping_id": quote.json["ping"]})
        assert answer.json["outcome"] == "sold"
        assert buyers.posts("a")[0].json["city"] == "Austin"
        assert buyers.posts("a")[0].json["street"] == "1 Hidden Lane"
        outcomes = [(each.enricher, each.outcome, each.reason) for each in await enriched(house, answer)]
        assert outcomes == [
            ("cities", "learned", ""), ("streets", "skipped", "needs_missing"),
            ("cities", "kept", ""), ("streets", "learned", ""),
        ]  # fmt: skip


async def _only_lead(house) -> str:
    return public(LEAD, 0, (await house.connection.fetchrow("select id from lead"))["id"])


async def _closes(house, name):
    async def closed() -> bool:
        return (await house.state(name)).stage == "closed"

    await until(closed, 20)


async def test_what_was_learned_is_there_for_whoever_takes_the_lead_over_between_hold_and_post(
    database_url, app_database_url, buyers, monkeypatch
):
    answered(buyers)
    send = post._send

    async def failing(*_):
        monkeypatch.setattr(post, "_send", send)
        raise RuntimeError("the process fails here")

    monkeypatch.setattr(post, "_send", failing)
    offers = [offer("a", buyers.port, delivery={"ping": PING, "post": POST, "repeatable": True})]
    found = market(buyers.port, places(buyers.port), offers=offers)
    async with open_house(database_url, app_database_url, found) as house:
        await house.sell(lead())
        await _closes(house, name := await _only_lead(house))
        assert buyers.posts("a")[0].json == {"first": "Ann", "city": "Austin", "street": "1 Hidden Lane"}
        assert len(asked(buyers)) == 1
        assert (await house.state(name)).status == "sold"


async def test_who_dies_before_the_hold_asks_again_and_both_times_are_on_record(database_url, app_database_url, buyers):
    answered(buyers)
    wants = {"fact": "city", "equals": "Austin"}
    offers = [offer("a", buyers.port, filter=wants, delivery={"ping": PING, "post": POST})]
    found = market(buyers.port, places(buyers.port), offers=offers)
    async with open_house(database_url, app_database_url, found) as house:
        exchange = house.process.exchange
        write = exchange.write

        def failing(story, wishes=(), **more):
            if wishes:
                exchange.write = write
                raise RuntimeError("the process fails here")
            return write(story, wishes, **more)

        exchange.write = failing
        await house.sell(lead())
        await _closes(house, name := await _only_lead(house))
        assert len(asked(buyers)) == 2
        record = await leads.read(house.connection, HOUSE, *parse(LEAD, name))
        known = exchange.market
        plan = Plan(known.campaigns[record.campaign], known.sources[record.source])
        shown = exposure(plan, msgspec.json.decode(record.facts), await house.events(name))
        assert [(each.step, each.fields, each.possibly) for each in shown] == [
            ("enrich", ("zip", "phone"), True),
            ("ping", ("zip", "city"), True),
            ("enrich", ("zip", "phone"), False),
            ("ping", ("zip", "city"), False),
            ("post", ("first_name", "city", "street"), False),
        ]


@pytest.mark.parametrize(
    ("wrong", "path", "said"),
    [
        ([{"settings": {"reply": {"town": "x"}}}], (0, "settings"), "no field 'town'"),
        ([{"settings": {"reply": {}}}], (0, "settings"), "gives no field"),
        ([{"settings": {"request": {"x": "town"}}}], (0, "settings"), "no field or fact 'town'"),
        ([{"plugin": "oracle"}], (0, "plugin"), "no 'oracle' in enrichers; there are: computed, http_append"),
        ([{"settings": {"request": {"c": "city"}}}], (0, "settings"), "needs 'city' and gives it only where"),
        ([{}, {}], (1, "name"), "an enricher 'places' already"),
        ([{}, {"name": "b"}], (1, "settings"), "'city' is given by the enricher 'places' already"),
        ([{"fallback": {"zip": "1"}}], (0, "fallback", "zip"), "does not give the field 'zip'"),
        ([{"fallback": {"city": " "}}], (0, "fallback", "city"), "cannot be ' '"),
        ([{"private_targets": ["here"]}], (0, "private_targets", 0), "not HOST:PORT"),
    ],
)
def test_what_cannot_be_is_told_where_it_stands(wrong, path, said):
    found = market(9, *(places(9, **more) for more in wrong))
    numbered = {kind: {s: (i, n) for i, (s, n) in enumerate(rows.items(), 1)} for kind, rows in found.items()}
    with pytest.raises(MarketError) as caught:
        compile_market(1, numbered, Registry())
    problem = caught.value.problems[0]
    assert (problem.kind, problem.path) == ("campaign", ("enrichers", *path))
    assert said in problem.sentence
