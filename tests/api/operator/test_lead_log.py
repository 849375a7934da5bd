"""The whole story of a lead, with a receipt for every offer, and its personal fields for operators alone."""

import logging

import pytest
import pytest_asyncio
from msgspec import convert

from api.operator.asking import ask
from api.operator.test_description import document, fits
from api.operator.test_session import PASSWORD, Browser, sign_in
from api.problems import KNOWN, assert_problem
from harness.buyers import ACCEPT, REJECT, Buyers, Silence, bid
from harness.house import open_house
from harness.market import nouns, offer
from outbid.api.auth import key_hash
from outbid.core.ids import LEAD, parse
from outbid.core.market.noun import Key
from outbid.store.people import users

PERSON = {
    "first_name": "Xanthippe", "email": "xanthippe.q@example.com", "phone": "+15125550147", "zip": "73301", "state": "TX",
    "birth_date": "1980-01-31", "street": "1 Secret Lane",
}  # fmt: skip
PERSONAL = ["Xanthippe", "xanthippe", "5550147", "1980-01-31", "Secret Lane", "no thanks", "ref-77", "tok-9"]
KEYS = {"house": ("house", ""), "seller": ("seller", "acme"), "buyer": ("buyer", "zebra")}

BUYERS = [
    "zebra", "lynx", "passing", "low", "filtered", "paused", "cheap", "foreign", "full", "rejecting", "later",
]  # fmt: skip


def _silent(got):
    raise Silence


def market(port: int) -> dict:
    """An offer of every fate."""
    found = nouns(
        [
            offer("zebra", port),
            offer("lynx", port),
            offer("passing", port),
            offer("low", port),
            offer("filtered", port, filter={"fact": "state", "equals": "CA"}),
            offer("paused", port, paused=True),
            offer("cheap", port, price="1"),
            offer("foreign", port),
            offer("full", port, caps=[{"window": "day", "leads": 0}]),
            offer("rejecting", port),
            offer("later", port, tier="rest"),
        ],
        campaign_more={"floor": "2"},
        source_more={"buyers": [buyer for buyer in BUYERS if buyer != "foreign"]},
    )
    for slug, (holder, owner) in KEYS.items():
        found["key"][slug] = convert(
            {"slug": slug, "holder": holder, "owner": owner, "hash": key_hash(f"ob_{slug}")}, Key
        )
    return found


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def told(worker_database):
    """A house with a lead of every outcome, by name."""
    await worker_database.empty()
    async with Buyers() as buyers, open_house(
        worker_database.url, worker_database.app_url, market(buyers.port)
    ) as house:  # fmt: skip
        found = {}
        buyers.on("zebra", ping=bid("37.31", "tok-9"), post=ACCEPT | {"price": "37.31", "reference": "ref-77"})
        buyers.on("lynx", ping=bid("11.11"), post=ACCEPT)
        buyers.on("full", ping=bid("50"))
        buyers.on("passing", ping=REJECT)
        buyers.on("low", ping=bid("1.50"))
        buyers.on("rejecting", ping=bid("40"), post=REJECT)
        buyers.on("later", ping=bid("5"), post=ACCEPT)
        found["sold"] = (await house.sell(PERSON)).json["lead"]
        found["refused"] = (await house.sell(PERSON | {"zip": "73302"})).json["lead"]
        buyers.on("zebra", post=_silent)
        found["uncertain"] = (await house.sell(PERSON | {"phone": "+15125550148", "email": "x@example.com"})).json[
            "lead"
        ]
        yield house, found


def path_of(lead: str, what: str) -> str:
    """The address of what is told of a lead; looks at what is personal give a reason."""
    return f"/v1/leads/{lead}/{what}" + ("?reason=case+7" if what in ("fields", "traffic") else "")


async def story(house, lead: str) -> dict:
    answer = await ask(house, "GET", f"/v1/leads/{lead}/log")
    assert answer.status == 200, answer
    return answer.json


async def test_the_log_begins_with_what_is_known(told):
    house, found = told
    log = await story(house, found["sold"])
    assert (log["id"], log["source"], log["campaign"], log["status"], log["currency"]) == (
        found["sold"], "web", "auto", "sold", "USD",
    )  # fmt: skip
    assert log["facts"]["state"] == "TX"
    assert (log["erased"], log["test"], log["version"]) == (False, False, 1)
    assert [(s["offer"], s["buyer"], s["tier"], s["status"], s["price"], s["payout"]) for s in log["sales"]] == [
        ("rejecting", "rejecting", "main", "rejected", "40.00", "32.00"),
        ("zebra", "zebra", "main", "sold", "37.31", "29.848"),
    ]


async def test_every_event_is_told_in_order(told):
    house, found = told
    log = await story(house, found["sold"])
    assert [moment["type"] for moment in log["timeline"]] == [
        "received", "inspected", "matched", "pinged", "noroom", "posting", "rejected", "posting", "sold", "closed",
    ]  # fmt: skip
    kinds = {moment["type"]: moment["what"] for moment in log["timeline"]}
    assert kinds["received"] == {"source": "web", "campaign": "auto", "version": 1}
    assert set(kinds["matched"]["offers"]) == {"zebra", "lynx", "passing", "low", "full", "rejecting"}
    full = {"offer": "full", "reason": "cap_reached", "account": "offer:full day LEAD"}
    assert kinds["noroom"] == full
    later = {moment["type"]: moment["what"] for moment in (await story(house, found["uncertain"]))["timeline"]}
    assert later["matched"]["skips"] == [full]
    assert kinds["posting"]["offer"] == "zebra"
    assert kinds["sold"]["price"] == "37.31"
    assert all(moment["after_ms"] >= 0 for moment in log["timeline"])


async def test_bids_and_money_are_told(told):
    house, found = told
    log = await story(house, found["sold"])
    lines = {line["offer"]: (line["round"], line["outcome"], line["price"], line["reason"]) for line in log["bids"]}
    assert lines == {
        "zebra": (1, "bid", "37.31", ""), "lynx": (1, "bid", "11.11", ""), "passing": (1, "pass", None, "no_bid"),
        "low": (1, "bid", "1.50", "below_floor"), "full": (1, "bid", "50.00", ""), "rejecting": (1, "bid", "40.00", ""),
    }  # fmt: skip
    assert [(t["kind"], t["debit"], t["credit"], t["amount"]) for t in log["transfers"]] == [
        ("payout", "buyer:zebra", "seller:acme", "29.848"), ("margin", "buyer:zebra", "house:margin", "7.462"),
    ]  # fmt: skip


async def test_every_offer_has_one_receipt(told):
    house, found = told
    log = await story(house, found["sold"])
    receipts = {r["offer"]: (r["outcome"], r["reason"], r["detail"], r["price"]) for r in log["receipts"]}
    assert len(log["receipts"]) == len(receipts)
    assert receipts == {
        "zebra": ("sold", "", "", "37.31"),
        "lynx": ("bid", "outbid", "", "11.11"),
        "passing": ("pass", "no_bid", "", None),
        "low": ("bid", "below_floor", "the floor is 2.00 USD, seen 1.50 USD", "1.50"),
        "filtered": ("not_asked", "filtered", "state equals 'CA', seen 'TX'", None),
        "paused": ("not_asked", "paused", "", None),
        "cheap": ("not_asked", "below_floor", "the floor is 2.00 USD, seen 1.00 USD", "1.00"),
        "foreign": ("not_asked", "not_allowed", "", None),
        "full": ("no_room", "cap_reached", "0 leads a day of offer full", None),
        "rejecting": ("rejected", "rejected", "", "40.00"),
        "later": ("not_asked", "tier_not_reached", "", None),
    }


async def test_a_receipt_tells_what_was_of_the_moment_and_what_the_version_decides(told):
    house, found = told
    log = await story(house, found["sold"])
    assert {r["offer"] for r in log["receipts"] if not r["live"]} == {"filtered", "paused", "cheap", "foreign", "later"}


async def test_every_decision_repeats_also_after_the_market_changed_and_the_person_was_erased(told):
    house, found = told
    assert (await ask(house, "PATCH", "/v1/campaigns/auto", {"floor": "38"}, If_Match="*")).status == 200
    await house.connection.execute("delete from lead_key where lead_id = $1", parse(LEAD, found["refused"])[1])
    for lead in found.values():
        events = len((await story(house, lead))["timeline"])
        answer = await ask(house, "GET", f"/v1/leads/{lead}/replay")
        assert answer.json == {"id": lead, "version": 1, "events": events, "repeats": True, "differences": []}
    assert (await story(house, found["refused"]))["erased"] is True


async def test_a_history_that_was_altered_does_not_repeat(told):
    house, found = told
    lead_id = parse(LEAD, found["sold"])[1]
    chapters = await house.connection.fetch("select n, events::text from chapter where lead_id = $1", lead_id)
    try:
        altered = "update chapter set events = replace(events::text, '40000000', '39000000')::json where lead_id = $1"
        await house.connection.execute(altered, lead_id)
        answer = await ask(house, "GET", f"/v1/leads/{found['sold']}/replay")
    finally:
        for row in chapters:
            put_back = "update chapter set events = $3::text::json where lead_id = $1 and n = $2"
            await house.connection.execute(put_back, lead_id, row["n"], row["events"])
    assert answer.json["repeats"] is False
    assert answer.json["differences"] == [
        {
            "event": 6,
            "type": "posting",
            "recorded": "rejecting posted at 39.00 for a payout of 32.00",
            "now": "rejecting posted at 39.00 for a payout of 31.20",
        }
    ]


async def test_a_lead_that_was_refused_and_one_that_is_not_sure(told):
    house, found = told
    refused = await story(house, found["refused"])
    assert (refused["status"], refused["sales"], refused["transfers"]) == ("refused", [], [])
    assert {(r["outcome"], r["reason"]) for r in refused["receipts"]} == {("not_asked", refused["reason"])}
    unsure = await story(house, found["uncertain"])
    receipts = {r["offer"]: (r["outcome"], r["reason"]) for r in unsure["receipts"]}
    assert unsure["status"] == "uncertain"
    assert receipts["zebra"][0] == "uncertain"
    assert receipts["lynx"] == ("bid", "unsettled")
    assert receipts["full"] == ("skipped", "cap_reached")
    assert receipts["later"] == ("not_asked", "unsettled")


async def test_every_reason_is_one_that_is_known(told):
    house, found = told
    for lead in found.values():
        log = await story(house, lead)
        codes = {row["reason"] for part in ("receipts", "bids", "sales") for row in log[part]} - {""}
        assert codes <= set(KNOWN)


async def test_no_log_tells_anything_personal_or_what_buyers_wrote(told):
    house, found = told
    for lead in found.values():
        text = (await ask(house, "GET", f"/v1/leads/{lead}/log")).body.decode()
        assert [word for word in PERSONAL if word in text] == []


async def test_a_lead_is_explained_by_the_market_that_it_met(told):
    house, found = told
    before = await story(house, found["sold"])
    assert (await ask(house, "PATCH", "/v1/offers/filtered", {"filter": None}, If_Match="*")).status == 200
    assert (await ask(house, "PATCH", "/v1/campaigns/auto", {"floor": "1"}, If_Match="*")).status == 200
    assert await story(house, found["sold"]) == before
    assert await story(house, found["sold"]) == before, "the second time from what the process kept"


@pytest.mark.parametrize("what", ["log", "fields", "replay", "traffic", "exposure"])
@pytest.mark.parametrize("name", ["ld_1", "1", "ld_" + "0" * 29, "sl_" + "0" * 29, "ld_%00"])
async def test_what_is_no_lead_is_unknown(told, what, name):
    assert_problem(await ask(told[0], "GET", path_of(name, what)), 404, "lead_unknown")


@pytest.mark.parametrize("what", ["log", "fields", "replay", "traffic", "exposure"])
@pytest.mark.parametrize("key", ["ob_test", "ob_seller", "ob_buyer"])
async def test_nobody_else_reads_it(told, what, key):
    house, found = told
    assert_problem(await ask(house, "GET", path_of(found["sold"], what), key=key), 403, "key_not_allowed")


async def test_a_look_at_the_fields_is_put_on_record_without_what_was_seen(told, caplog):
    house, found = told
    with caplog.at_level(logging.INFO):
        answer = await ask(house, "GET", path_of(found["sold"], "fields"))
    assert answer.status == 200
    fields = {field["name"]: field for field in answer.json["fields"]}
    assert fields["first_name"] == {
        "name": "first_name", "type": "text", "personal": True, "raw": "Xanthippe", "value": "Xanthippe", "fault": None,
    }  # fmt: skip
    assert answer.json["undeclared"] == {"street": "1 Secret Lane"}
    notes = {(note["what"], note["text"]) for note in answer.json["notes"]}
    assert {("token", "tok-9"), ("reference", "ref-77"), ("said", "no thanks")} <= notes
    looks = (await ask(house, "GET", f"/v1/looks?lead={found['sold']}")).json["items"]
    assert [(look["lead"], look["who"], look["what"], look["reason"]) for look in looks] == [
        (found["sold"], "key house", "fields", "case 7")
    ]
    assert not any(word in caplog.text for word in PERSONAL)


async def test_a_reader_reads_the_log_and_not_the_fields(told):
    house, found = told
    await users.create(house.connection, "rita", PASSWORD, "viewer")
    reader = Browser(house, await sign_in(house, "rita"))
    for what in ("log", "replay"):
        assert (await reader.ask("GET", f"/v1/leads/{found['sold']}/{what}")).status == 200
    assert_problem(await reader.ask("GET", path_of(found["sold"], "fields")), 403, "role_not_allowed")


async def test_of_an_erased_person_the_log_is_left(told):
    house, found = told
    await house.connection.execute("delete from lead_key where lead_id = $1", parse(LEAD, found["refused"])[1])
    assert (await story(house, found["refused"]))["erased"] is True
    assert_problem(await ask(house, "GET", path_of(found["refused"], "fields")), 410, "lead_erased")


@pytest.mark.parametrize("what", ["log", "fields", "replay", "traffic", "exposure"])
async def test_what_is_answered_fits_its_description(told, what):
    house, found = told
    described = await document(house)
    operation = described["paths"][f"/v1/leads/{{lead}}/{what}"]["get"]
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    for lead in ("sold", "uncertain"):
        answer = await ask(house, "GET", path_of(found[lead], what))
        fits(answer.json, schema, described["components"]["schemas"], what)
