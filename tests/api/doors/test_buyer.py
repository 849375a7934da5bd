"""What a buyer sees: his sales under his own names for leads, his offers with their room, his money."""

import pytest
from msgspec.structs import replace

from api.doors.conftest import market
from api.operator.asking import ask
from api.problems import assert_problem
from outbid.core.ids import SALE, public

SALES = "/v1/buyer/sales"


async def see(house, path: str, key: str = "zebra") -> dict:
    answer = await ask(house, "GET", path, key=f"ob_{key}")
    assert answer.status == 200, answer
    return answer.json


async def test_a_buyer_sees_what_was_posted_to_him_the_newest_first(past):
    found = (await see(past.house, SALES))["items"]
    assert [(row["status"], row["price"]) for row in found] == [
        ("uncertain", "37.31"), ("uncertain", "37.31"), ("rejected", "37.31"), ("sold", "37.31"), ("sold", "37.31"), ("sold", "37.31"),
    ]  # fmt: skip
    assert {(row["offer"], row["campaign"], row["currency"]) for row in found} == {("zebra-auto", "auto", "USD")}
    assert [row["posted_at"] for row in found] == sorted((row["posted_at"] for row in found), reverse=True)
    assert all(row["posted_at"] <= row["at"] for row in found)


async def test_a_sale_is_named_as_in_the_post_and_its_lead_as_the_buyer_was_told(past):
    found = {row["id"]: row["lead"] for row in (await see(past.house, SALES))["items"]}
    assert found == {post.headers["idempotency-key"]: post.json["ref"] for post in past.posts}


async def test_two_buyers_have_two_names_for_one_lead(past):
    second = next(row for row in (await see(past.house, SALES))["items"] if row["status"] == "rejected")
    bought = (await see(past.house, SALES, "lynx"))["items"]
    assert [row["status"] for row in bought] == ["sold"]
    assert bought[0]["price"] == "11.11"
    assert bought[0]["lead"] != second["lead"]


async def test_who_bought_nothing_sees_nothing(house):
    assert (await see(house, SALES, "puma")) == {"items": [], "next": None}
    assert (await see(house, "/v1/buyer/transfers", "puma"))["items"] == []
    assert (await see(house, "/v1/buyer/wallet", "puma"))["items"] == []


@pytest.mark.parametrize(
    ("query", "count"),
    [("status=sold", 3), ("status=uncertain", 2), ("status=rejected", 1), ("status=posting", 0), ("status=returned", 0),
     ("offer=zebra-auto", 6), ("since=2100-01-01T00:00:00Z", 0), ("until=2020-01-01T00:00:00Z", 0), ("limit=4", 4)],
)  # fmt: skip
async def test_sales_are_filtered(house, query, count):
    assert len((await see(house, f"{SALES}?{query}"))["items"]) == count


async def test_sales_come_in_pages(house):
    seen, cursor = [], ""
    while cursor is not None:
        page = await see(house, f"{SALES}?limit=4&cursor={cursor}")
        seen += page["items"]
        cursor = page["next"]
    assert seen == (await see(house, SALES))["items"]


async def stories(house, key: str = "zebra") -> list[dict]:
    return [await see(house, f"{SALES}/{row['id']}", key) for row in (await see(house, SALES, key))["items"]]


async def test_one_sale_tells_what_happened_to_it(house):
    silent, too_low, rejected, *sold = await stories(house)
    assert [moment["what"] for moment in sold[0]["timeline"]] == ["posted", "sold"]
    assert sold[0]["timeline"][1]["price"] == "37.31"
    assert [(m["what"], m.get("reason")) for m in rejected["timeline"]] == [("posted", None), ("rejected", "rejected")]
    assert rejected["timeline"][1]["detail"]
    assert [(m["what"], m.get("reason")) for m in silent["timeline"]] == [("posted", None), ("uncertain", "timed_out")]
    assert [(m["what"], m.get("reason")) for m in too_low["timeline"]] == [("posted", None), ("uncertain", "unsettled")]


async def test_a_sale_of_another_looks_like_one_that_is_not(house):
    theirs = (await see(house, SALES, "lynx"))["items"][0]["id"]
    answer = await ask(house, "GET", f"{SALES}/{theirs}", key="ob_zebra")
    nobodys = await ask(house, "GET", f"{SALES}/{public(SALE, 0, bytes(16))}", key="ob_zebra")
    assert_problem(answer, 404, "sale_unknown")
    assert answer.body == nobodys.body
    assert_problem(await ask(house, "GET", f"{SALES}/1", key="ob_zebra"), 404, "sale_unknown")


async def test_offers_tell_their_order_and_the_room_of_their_caps(house):
    (found,) = (await see(house, "/v1/buyer/offers"))["items"]
    caps = {(cap["of"], cap["window"], cap["unit"]): (cap["most"], cap["room"]) for cap in found.pop("caps")}
    assert found == {
        "slug": "zebra-auto", "name": "", "campaign": "auto", "campaign_name": "Car insurance", "currency": "USD",
        "paused": False, "price": None, "filter": {"fact": "state", "one_of": ["TX", "CA"]},
        "stage": "full", "share": "100%", "since": None,
    }  # fmt: skip
    assert caps == {("offer", "day", "LEAD"): ("5", "0"), ("buyer", "total", "USD"): ("900.00", "713.45")}
    (fixed,) = (await see(house, "/v1/buyer/offers", "puma"))["items"]
    assert (fixed["price"], fixed["paused"], fixed["filter"], fixed["caps"]) == ("4.44", True, None, [])


async def test_an_offer_of_a_paused_buyer_is_paused(house):
    nouns = market(9)
    nouns["buyer"]["zebra"] = replace(nouns["buyer"]["zebra"], paused=True)
    await house.change(nouns)
    try:
        assert [row["paused"] for row in (await see(house, "/v1/buyer/offers"))["items"]] == [True]
    finally:
        await house.change(market(9))


async def test_a_wallet_tells_what_may_still_be_spent(house):
    assert (await see(house, "/v1/buyer/wallet"))["items"] == [
        {"currency": "USD", "ceiling": "500.00", "posted": "61.93", "held": "74.62", "left": "363.45"}
    ]
    assert (await see(house, "/v1/buyer/wallet", "lynx"))["items"] == []


async def test_transfers_tell_the_whole_price_of_a_sale_as_one_amount(past):
    found = (await see(past.house, "/v1/buyer/transfers"))["items"]
    assert [(row["kind"], row["amount"], row["currency"], row["reference"]) for row in found] == [
        ("sale", "-37.31", "USD", None), ("sale", "-37.31", "USD", None), ("sale", "-37.31", "USD", None),
        ("deposit", "50.00", "USD", "wire-77"),
    ]  # fmt: skip
    sold = [row["id"] for row in (await see(past.house, f"{SALES}?status=sold"))["items"]]
    assert [row["sale"] for row in found] == [*sold, None]
    first = await see(past.house, "/v1/buyer/transfers?limit=3")
    rest = await see(past.house, f"/v1/buyer/transfers?limit=3&cursor={first['next']}")
    assert (first["items"] + rest["items"], rest["next"]) == (found, None)


async def test_what_a_buyer_is_told_adds_up_to_his_account_in_the_ledger(house):
    sums = {row.account: row.amount for row in (await house.balance()).sums}
    told = {
        key: sum(round(float(row["amount"]) * 1_000_000) for row in (await see(house, "/v1/buyer/transfers", key))["items"])
        for key in ("zebra", "lynx")
    }  # fmt: skip
    names = house.process.exchange.market.names
    numbers = {slug: number for (kind, number), slug in names.items() if kind == "buyer"}
    assert told == {slug: sums[f"buyer:{numbers[slug]}"] for slug in told}


@pytest.mark.parametrize(
    "path",
    [f"{SALES}?status=open", f"{SALES}?offer=lynx-auto", f"{SALES}?cursor=1", f"{SALES}?source=acme-web", f"{SALES}?limit=0",
     "/v1/buyer/offers?paused=true", "/v1/buyer/offers/zebra-auto/events?before=0", "/v1/buyer/wallet?x=1", "/v1/buyer/transfers?cursor=x", "/v1/buyer/transfers?since=x"],
)  # fmt: skip
async def test_a_parameter_that_cannot_be_is_refused(house, path):
    assert_problem(await ask(house, "GET", path, key="ob_zebra"), 400, "parameter_faulty")
