"""The dry run of one lead: it tells what a real one then meets, keeps nothing, asks nobody, and locates what is wrong."""

import pytest
import pytest_asyncio
from msgspec import convert

from api.operator.asking import ask
from api.operator.test_description import document, fits
from api.problems import KNOWN, assert_problem
from harness.buyers import ACCEPT, REJECT, Buyers, bid
from harness.house import open_house
from harness.market import lead, nouns, offer
from outbid.api.auth import key_hash
from outbid.core.market.noun import Key

TIERS = [
    {"slug": "main", "deadline_ms": 2000, "places": 2},
    {"slug": "turns", "deadline_ms": 2000, "method": {"plugin": "round_robin"}},
    {"slug": "lots", "deadline_ms": 2000, "method": {"plugin": "weighted"}},
]
BIDS = {"ace": "20.50", "bee": "30", "cab": "25", "low": "1.50"}


def market(port: int) -> dict:
    """An offer of every fate; `bee` and `cab` are of one buyer, and a tier may sell twice."""
    offers = [
        offer("ace", port),
        offer("bee", port),
        offer("cab", port, buyer="bee"),
        offer("dot", port, price="5"),
        offer("low", port),
        offer("elk", port, filter={"fact": "state", "equals": "CA"}),
        offer("full", port, caps=[{"window": "day", "leads": 0}]),
        offer("poor", port, price="9"),
        offer("paused", port, paused=True),
        offer("fox", port, tier="turns", price="4"),
        offer("gnu", port, tier="turns"),
        offer("hen", port, tier="lots", price="3"),
    ]
    found = nouns(offers, buyers={"poor": {"wallet": {"credit": "8.99"}}}, campaign_more={"floor": "2", "tiers": TIERS})
    for slug, (holder, owner) in {
        "house": ("house", ""),
        "seller": ("seller", "acme"),
        "buyer": ("buyer", "ace"),
    }.items():
        found["key"][slug] = convert(
            {"slug": slug, "holder": holder, "owner": owner, "hash": key_hash(f"ob_{slug}")}, Key
        )
    return found


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def opened(worker_database):
    await worker_database.empty()
    async with Buyers() as buyers, open_house(
        worker_database.url, worker_database.app_url, market(buyers.port)
    ) as house:  # fmt: skip
        for slug, price in BIDS.items():
            if slug != "cab":
                buyers.on(slug, ping=bid(price), post=ACCEPT)
        for slug in ("dot", "poor", "full", "gnu", "hen", "fox"):
            buyers.on(slug, ping=REJECT, post=ACCEPT)
        yield house, buyers


async def run(house, fields, bids=None, **more):
    return await ask(house, "POST", "/v1/dry-run", {"source": "web", "fields": fields, "bids": bids or {}} | more)


def told(tier: dict) -> dict:
    return {r["offer"]: (r["outcome"], r["reason"], r["price"]) for r in tier["receipts"]}


async def test_each_tier_is_told_with_its_ranking_and_a_receipt_for_every_offer(opened):
    house, _ = opened
    answer = await run(house, lead(extra="kept"), BIDS)
    assert answer.status == 200, answer
    found = answer.json
    assert (found["source"], found["campaign"], found["currency"], found["flaws"]) == ("web", "auto", "USD", [])
    assert found["undeclared"] == ["extra"]
    assert found["facts"]["state"] == "TX"
    assert found["ending"] == {
        "status": "sold", "reason": "", "payout": "40.40",
        "sales": [
            {"offer": "bee", "buyer": "bee", "price": "30.00", "payout": "24.00"},
            {"offer": "ace", "buyer": "ace", "price": "20.50", "payout": "16.40"},
        ],
    }  # fmt: skip
    main, turns, lots = found["tiers"]
    assert (main["tier"], main["places"], main["floor"], main["turn"], main["draw"]) == ("main", 2, "2.00", None, None)
    assert [(p["offer"], p["price"], p["payout"]) for p in main["ranking"]] == [
        ("bee", "30.00", "24.00"), ("cab", "25.00", "20.00"), ("ace", "20.50", "16.40"), ("dot", "5.00", "4.00"),
    ]  # fmt: skip
    assert told(main) == {
        "ace": ("sold", "", "20.50"),
        "bee": ("sold", "", "30.00"),
        "cab": ("bid", "buyer_has_it", "25.00"),
        "dot": ("direct", "outbid", "5.00"),
        "low": ("bid", "below_floor", "1.50"),
        "elk": ("not_asked", "filtered", None),
        "full": ("skipped", "cap_reached", None),
        "poor": ("skipped", "wallet_empty", None),
        "paused": ("not_asked", "paused", None),
    }
    live = {r["offer"] for r in main["receipts"] if not r["live"]}
    assert live == {"elk", "paused"}
    assert told(turns) == {"fox": ("sold", "", "4.00"), "gnu": ("pass", "no_bid", None)}
    assert told(lots) == {"hen": ("sold", "", "3.00")}
    assert 0 <= lots["draw"] < 1


async def test_a_real_lead_then_meets_what_was_told(opened):
    house, buyers = opened
    fields = lead()
    buyers.on("bee", ping=bid("30"), post=ACCEPT)  # both of his offers bid it
    found = (await run(house, fields, BIDS | {"cab": "30"})).json
    answer = (await house.sell(fields)).json
    assert (answer["outcome"], answer["price"]) == (found["ending"]["status"], found["ending"]["payout"])
    log = (await ask(house, "GET", f"/v1/leads/{answer['lead']}/log")).json
    assert [(s["offer"], s["price"], s["payout"]) for s in log["sales"]] == [
        (p["offer"], p["price"], p["payout"]) for p in found["ending"]["sales"]
    ]
    assert log["facts"] == found["facts"]
    real = {r["offer"]: (r["reason"], r["price"]) for r in log["receipts"] if r["tier"] == "main"}
    dry = {r["offer"]: (r["reason"], r["price"]) for r in found["tiers"][0]["receipts"]}
    for offer_without_room in ("full", "poor"):  # the dry run looks into accounts of which the process knew nothing yet
        del real[offer_without_room], dry[offer_without_room]
    assert real == dry


async def test_without_bids_only_fixed_prices_take_part(opened):
    found = (await run(opened[0], lead())).json
    assert [p["offer"] for p in found["tiers"][0]["ranking"]] == ["dot"]
    assert [(p["offer"], p["price"]) for p in found["ending"]["sales"]] == [("dot", "5.00")]


async def test_every_flaw_is_told_and_what_would_happen_without_it(opened):
    found = (await run(opened[0], lead(zip="nowhere", phone="1"), BIDS)).json
    assert {flaw["pointer"] for flaw in found["flaws"]} == {"/fields/zip", "/fields/phone"}
    assert (found["ending"]["status"], found["ending"]["reason"]) == ("refused", found["flaws"][0]["code"])
    assert found["ending"]["sales"] == []
    assert found["tiers"][0]["ranking"][0]["offer"] == "bee"


async def test_a_person_who_was_sold_is_found_and_not_claimed(opened):
    house, _ = opened
    fields = lead()
    assert (await run(house, fields)).json["ending"]["status"] == "sold"
    assert (await run(house, fields)).json["flaws"] == [], "the first dry run took the person"
    assert (await house.sell(fields)).json["outcome"] == "sold"
    found = (await run(house, fields)).json
    assert {(flaw["pointer"], flaw["code"]) for flaw in found["flaws"]} == {
        ("/fields/phone", "duplicate"), ("/fields/email", "duplicate"),
    }  # fmt: skip
    assert found["ending"] == {"status": "refused", "reason": "duplicate", "sales": [], "payout": "0.00"}


async def test_a_full_cap_of_the_seller_and_a_closed_source_refuse(opened):
    house, buyers = opened
    try:
        assert (
            await ask(house, "PATCH", "/v1/sellers/acme", {"caps": [{"window": "day", "leads": 0}]}, If_Match="*")
        ).status == 200
        assert (await run(house, lead())).json["ending"]["reason"] == "cap_reached"
        assert (await ask(house, "PATCH", "/v1/campaigns/auto", {"paused": True}, If_Match="*")).status == 200
        assert (await run(house, lead())).json["ending"]["reason"] == "source_closed"
    finally:
        await house.change(market(buyers.port))


TABLES = ("lead", "chapter", "claim", "person", "account", "hold", "sale", "transfer", "idempotency", "lead_key", "job")


async def test_nothing_is_kept_held_or_sent_and_nothing_personal_is_told(opened):
    house, buyers = opened

    async def everything():
        rows = [f"select '{table}' as name, t::text from \"{table}\" t" for table in TABLES]
        return sorted(map(tuple, await house.connection.fetch(" union all ".join(rows))))

    def asked():
        return sum(len(requests) for requests in buyers.got.values())

    before, asked_before = await everything(), asked()
    answer = await run(house, lead(first_name="Xanthippe", birth_date="1971-02-03"), BIDS)
    assert answer.status == 200
    assert await everything() == before
    assert asked() == asked_before
    assert [word for word in ("Xanthippe", "1971-02-03", "@example.com", "5550") if word in answer.body.decode()] == []


WRONG = [
    ({}, {"/source": "setting_missing", "/fields": "setting_missing"}),
    ({"source": "moon", "fields": {}}, {"/source": "setting_faulty"}),
    ({"source": 7, "fields": []}, {"/source": "setting_faulty", "/fields": "setting_faulty"}),
    ({"source": "web", "fields": {}, "more": 1}, {"/more": "setting_unknown"}),
    ({"source": "web", "fields": {}, "bids": 5}, {"/bids": "setting_faulty"}),
    ({"source": "web", "fields": {"a": "\0"}}, {"/fields/a": "setting_faulty"}),
    (
        {"source": "web", "fields": {}, "bids": {"ace": 5, "bee": "x", "moon/a": "5", "dot": "6", "cab": "0", "low": "3"}},
        {f"/bids/{slug}": "setting_faulty" for slug in ("ace", "bee", "moon~1a", "dot", "cab")},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("body", "errors"), WRONG)
async def test_what_is_wrong_is_told_where_it_is_and_all_at_once(opened, body, errors):
    answer = await ask(opened[0], "POST", "/v1/dry-run", body)
    assert_problem(answer, 422, "body_faulty")
    assert {error["pointer"]: error["code"] for error in answer.json["errors"]} == errors
    assert all(error["detail"] for error in answer.json["errors"])


@pytest.mark.parametrize("body", [b"", b"[", b"[]", b"nonsense"])
async def test_what_is_no_object_is_refused(opened, body):
    answer = await ask(opened[0], "POST", "/v1/dry-run", body, content_type="application/json")
    assert answer.status in (400, 422)


@pytest.mark.parametrize("key", ["ob_test", "ob_seller", "ob_buyer"])
async def test_nobody_but_the_house_looks_ahead(opened, key):
    body = {"source": "web", "fields": lead(), "bids": BIDS}
    answer = await ask(opened[0], "POST", "/v1/dry-run", body, key=key)
    assert_problem(answer, 403, "key_not_allowed")
    assert [word for word in ("ace", "bee", "30.00", "web") if word in answer.body.decode()] == []


async def test_what_is_answered_fits_its_description_and_every_reason_is_known(opened):
    house, _ = opened
    described = await document(house)
    operation = described["paths"]["/v1/dry-run"]["post"]
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    for fields in (lead(), lead(zip="x"), {}):
        found = (await run(house, fields, BIDS)).json
        fits(found, schema, described["components"]["schemas"], "dry-run")
        codes = {r["reason"] for tier in found["tiers"] for r in tier["receipts"]} | {f["code"] for f in found["flaws"]}
        assert codes - {""} <= set(KNOWN)
