"""What a seller sees: his leads, what they brought, his feeds as posting instructions."""

import pytest
from msgspec.structs import replace

from api.doors.conftest import market
from api.operator.asking import ask
from api.problems import assert_problem
from outbid.core.ids import LEAD, SALE, parse, public

LEADS = "/v1/seller/leads"


async def see(house, path: str, key: str = "acme") -> dict:
    answer = await ask(house, "GET", path, key=f"ob_{key}")
    assert answer.status == 200, answer
    return answer.json


async def names(past, query: str = "", key: str = "acme") -> list[str]:
    """The leads of a list, by what became of them."""
    known = {told["lead"]: name for name, told in past.told.items()}
    return [known[row["id"]] for row in (await see(past.house, f"{LEADS}{query}", key))["items"]]


async def test_a_seller_sees_the_leads_of_all_his_sources_the_newest_first(past):
    assert await names(past) == ["pending", "too_low", "unsold", "second", "flawed", "mailed", "sold"]


@pytest.mark.parametrize(
    ("key", "seen"),
    [
        ("acme-web", ["pending", "too_low", "unsold", "second", "flawed", "sold"]),
        ("acme-mail", ["mailed"]),
        ("rival", ["rivals"]),
        ("rival-feed", ["rivals"]),
        ("acme-trial", ["tested"]),
    ],
)
async def test_a_key_sees_its_own_leads(past, key, seen):
    assert await names(past, key=key) == seen


@pytest.mark.parametrize(
    ("query", "seen"),
    [
        ("?status=sold", ["second", "mailed", "sold"]),
        ("?status=pending", ["pending", "too_low"]),
        ("?status=refused", ["flawed"]),
        ("?status=unsold", ["unsold"]),
        ("?source=acme-mail", ["mailed"]),
        ("?source=acme-web&status=sold", ["second", "sold"]),
        ("?test=true", ["tested"]),
        ("?since=2100-01-01T00:00:00Z", []),
        ("?until=2020-01-01T00:00:00Z", []),
    ],
)
async def test_leads_are_filtered(past, query, seen):
    assert await names(past, query) == seen


async def test_leads_come_in_pages(past):
    seen, cursor = [], ""
    while cursor is not None:
        page = await see(past.house, f"{LEADS}?limit=3&cursor={cursor}")
        assert len(page["items"]) <= 3
        seen += page["items"]
        cursor = page["next"]
    assert seen == (await see(past.house, LEADS))["items"]


async def test_a_lead_in_the_list_says_what_became_of_it(past):
    rows = {row["id"]: row for row in (await see(past.house, LEADS))["items"]}
    told = {name: rows[answer["lead"]] for name, answer in past.told.items() if answer["lead"] in rows}
    shown = {name: (row["status"], row["reason"], row["payout"]) for name, row in told.items()}
    assert shown == {
        "sold": ("sold", None, "29.848"),
        "mailed": ("sold", None, "29.848"),
        "second": ("sold", None, "8.888"),
        "flawed": ("refused", past.told["flawed"]["code"], None),
        "unsold": ("unsold", "no_bids", None),
        "too_low": ("pending", "unsettled", None),
        "pending": ("pending", "unsettled", None),
    }
    assert {row["currency"] for row in rows.values()} == {"USD"}


@pytest.mark.parametrize("name", ["sold", "second", "flawed", "unsold", "pending", "too_low", "tested"])
async def test_one_lead_is_told_as_it_was_answered(past, name):
    answered = past.told[name]
    found = await see(past.house, f"{LEADS}/{answered['lead']}")
    assert found["status"] == answered["outcome"]
    assert found["payout"] == answered.get("price")
    assert found["redirect"] == answered.get("redirect")
    assert found["test"] == (name == "tested")
    assert (found["ended_at"] is None) == (answered["outcome"] == "pending")
    assert (found["reason"] is None) == (found["detail"] is None) == (answered["outcome"] == "sold")
    assert found["source"] == "acme-web"


async def test_a_refused_lead_says_what_was_wrong_in_sentences(past):
    found = await see(past.house, f"{LEADS}/{past.told['flawed']['lead']}")
    assert found["flaws"] == past.told["flawed"]["errors"]
    assert {flaw["pointer"] for flaw in found["flaws"]} == {"/zip", "/phone"}
    assert all(flaw["detail"].count(" ") > 2 and flaw["code"] for flaw in found["flaws"])


@pytest.mark.parametrize(("name", "key"), [("rivals", "acme"), ("mailed", "acme-web"), ("sold", "acme-trial"), ("sold", "rival")])  # fmt: skip
async def test_a_lead_of_another_looks_like_one_that_is_not(past, name, key):
    theirs = await ask(past.house, "GET", f"{LEADS}/{past.told[name]['lead']}", key=f"ob_{key}")
    nobodys = await ask(past.house, "GET", f"{LEADS}/{public(LEAD, 0, bytes(16))}", key=f"ob_{key}")
    assert_problem(theirs, 404, "lead_unknown")
    assert theirs.body == nobodys.body


@pytest.mark.parametrize("name", ["1", "ld_", "sl_" + "0" * 29, "ld_" + "v" * 29])
async def test_what_is_no_id_is_an_unknown_lead(house, name):
    assert_problem(await ask(house, "GET", f"{LEADS}/{name}", key="ob_acme"), 404, "lead_unknown")


async def test_sources_are_posting_instructions(house):
    found = {row["slug"]: row for row in (await see(house, "/v1/seller/sources"))["items"]}
    assert list(found) == ["acme-mail", "acme-web"]
    web = found["acme-web"]
    assert (web["campaign"], web["campaign_name"], web["payout"]) == ("auto", "Car insurance", {"share": "80%"})
    assert (web["currency"], web["paused"], web["intake"]) == ("USD", False, "json")
    fields = {field["name"]: field for field in web["fields"]}
    assert (fields["phone"]["type"], fields["phone"]["kind"], fields["phone"]["required"]) == ("phone", "text", True)
    assert fields["phone"]["example"]
    assert fields["phone"]["about"]
    assert fields["state"]["required"] is False
    assert found["acme-mail"]["names"] == {"mobile": "phone"}


async def test_a_source_tells_the_room_of_its_caps(house):
    caps = {(cap["of"], cap["window"]): cap for cap in (await source(house, "acme"))["caps"]}
    assert {place: (cap["most"], cap["room"]) for place, cap in caps.items()} == {
        ("source", "day"): ("50", "46"),  # sold, second, too_low, pending
        ("seller", "month"): ("1000", "995"),  # and mailed
    }
    assert all(cap["ends_at"] for cap in caps.values())
    of_its_own_key = (await source(house, "acme-web"))["caps"]
    assert [cap["of"] for cap in of_its_own_key] == ["source"], "what others sent is not told to a source"


async def source(house, key: str) -> dict:
    return next(row for row in (await see(house, "/v1/seller/sources", key))["items"] if row["slug"] == "acme-web")


async def test_a_paused_source_says_so(house):
    nouns = market(9)
    nouns["source"]["acme-web"] = replace(nouns["source"]["acme-web"], paused=True)
    await house.change(nouns)
    try:
        assert (await source(house, "acme"))["paused"] is True
    finally:
        await house.change(market(9))


@pytest.mark.parametrize(("key", "sales", "earned"), [("acme", 3, "68.584"), ("acme-web", 2, "38.736"), ("rival", 1, "29.848")])  # fmt: skip
async def test_a_balance_tells_what_was_earned_by_currency_and_day(house, key, sales, earned):
    found = await see(house, "/v1/seller/balance", key)
    assert found["earned"] == {"USD": earned}
    assert [(day["currency"], day["sales"], day["earned"]) for day in found["days"]] == [("USD", sales, earned)]
    assert found["days"][0]["day"] == found["last_day"]
    assert found["zone"] == "America/New_York"


async def test_a_balance_is_of_the_days_that_were_asked_for(house):
    assert (await see(house, "/v1/seller/balance?last_day=2020-01-31&first_day=2020-01-01")) == {
        "first_day": "2020-01-01", "last_day": "2020-01-31", "zone": "America/New_York", "earned": {}, "days": [],
    }  # fmt: skip
    assert (await see(house, "/v1/seller/balance?source=acme-mail"))["earned"] == {"USD": "29.848"}


async def test_the_sum_of_all_sellers_is_what_the_ledger_owes_them(house):
    sums = {row.account: row.amount for row in (await house.balance()).sums}
    owed = sum(amount for account, amount in sums.items() if account.startswith("seller:"))
    told = [(await see(house, "/v1/seller/balance", key))["earned"]["USD"] for key in ("acme", "rival")]
    assert sum(round(float(text) * 1_000_000) for text in told) == owed


async def test_transfers_tell_what_came_for_which_lead(past):
    found = (await see(past.house, "/v1/seller/transfers"))["items"]
    leads = {past.told[name]["lead"]: name for name in ("sold", "mailed", "second")}
    assert [(leads[row["lead"]], row["source"], row["amount"], row["currency"]) for row in found] == [
        ("second", "acme-web", "8.888", "USD"), ("mailed", "acme-mail", "29.848", "USD"), ("sold", "acme-web", "29.848", "USD"),
    ]  # fmt: skip
    assert len((await see(past.house, "/v1/seller/transfers?source=acme-mail"))["items"]) == 1
    assert (await see(past.house, "/v1/seller/transfers?until=2020-01-01T00:00:00Z"))["items"] == []
    first = await see(past.house, "/v1/seller/transfers?limit=2")
    rest = await see(past.house, f"/v1/seller/transfers?limit=2&cursor={first['next']}")
    assert (first["items"] + rest["items"], rest["next"]) == (found, None)


async def test_a_payout_above_the_price_is_told_as_one_amount(past):
    """It is kept as two transfers, of which the first would tell the buyer's price."""
    sale = (await past.house.state(past.told["sold"]["lead"])).sales[0].id
    await past.house.connection.execute(
        """insert into transfer (cell, id, sale_id, kind, debit, credit, unit, amount, at)
           select cell, gen_random_uuid(), sale_id, 'loss', 'house:margin', credit, unit, 1000000, at from transfer
            where sale_id = $1 and kind = 'payout'""",
        parse(SALE, sale)[1],
    )
    try:
        found = (await see(past.house, "/v1/seller/transfers"))["items"]
        assert [row["amount"] for row in found] == ["8.888", "29.848", "30.848"]
        assert (await see(past.house, "/v1/seller/balance"))["earned"] == {"USD": "69.584"}
    finally:
        await past.house.connection.execute("delete from transfer where kind = 'loss'")


@pytest.mark.parametrize(
    "path",
    [f"{LEADS}?status=open", f"{LEADS}?source=rival-feed", f"{LEADS}?source=none", f"{LEADS}?cursor=1",
     f"{LEADS}?buyer=zebra", f"{LEADS}?limit=0", "/v1/seller/sources?limit=501", "/v1/seller/balance?first_day=2020",
     "/v1/seller/balance?first_day=2026-02-02&last_day=2026-02-01", "/v1/seller/balance?first_day=1900-01-01&last_day=1900-01-02",
     "/v1/seller/balance?first_day=2020-01-01&last_day=2026-01-01", "/v1/seller/balance?source=rival-feed",
     "/v1/seller/balance?last_day=0001-01-01", "/v1/seller/balance?last_day=9999-12-31",
     "/v1/seller/transfers?cursor=x", "/v1/seller/transfers?source=rival-feed", "/v1/seller/transfers?since=yesterday",
     "/v1/seller/transfers?since=0.9", f"{LEADS}?until=1700000000"],
)  # fmt: skip
async def test_a_parameter_that_cannot_be_is_refused(house, path):
    assert_problem(await ask(house, "GET", path, key="ob_acme"), 400, "parameter_faulty")


@pytest.mark.parametrize("path", ["/v1/seller/balance", "/v1/seller/transfers"])
async def test_a_key_for_tests_sees_no_money(house, path):
    assert_problem(await ask(house, "GET", path, key="ob_acme-trial"), 403, "key_not_allowed")
