"""What came late: numbers that a hand reckons from the tallies, each buyer his own, and nobody else."""

import pytest
import pytest_asyncio
from msgspec import convert

from api.operator.asking import ask
from api.problems import assert_problem
from harness.house import House, open_house
from harness.market import nouns, offer
from outbid.api.auth import key_hash
from outbid.core.market.noun import Key
from outbid.core.money import ONE
from outbid.core.scope import Scope
from outbid.store.control.late import late

NOON_MS = 1_795_003_200_000
"""2026-11-18T12:00:00Z"""
DAY_MS = 86_400_000
DAYS = "first_day=2026-11-17&last_day=2026-11-18"
ROLES = {
    "house": {"holder": "house"},
    "a": {"holder": "buyer", "owner": "a"},
    "b": {"holder": "buyer", "owner": "b"},
    "acme": {"holder": "seller", "owner": "acme"},
}


@pytest_asyncio.fixture
async def house(database_url, app_database_url) -> House:
    """An offer of each of two buyers."""
    found = nouns([offer("a", 9), offer("b", 9)], buyers={"a": {"zone": "UTC"}, "b": {"zone": "UTC"}})
    found["key"] |= {
        slug: convert({"slug": slug, "hash": key_hash(f"ob_{slug}")} | who, Key) for slug, who in ROLES.items()
    }
    async with open_house(database_url, app_database_url, found) as opened:
        yield opened
        await opened.connection.execute("delete from tally")  # no chapter says so


async def count(house, slug, at_ms, outcome, reason, times, price=0):
    number = house.process.exchange.market.nouns["offer"][slug][0]
    source = next(iter(house.process.exchange.market.sources))
    await house.connection.execute(
        "insert into tally values (0, 1, $1, 'arrival', $2, $3, $4, $5, '', $6, $7, 0, '{}')",
        *(at_ms, source, number, outcome, reason, times, price * ONE),
    )


async def two_days(house):
    """Of a: 400 answers in time and 100 late ones, for 1000 USD; of b: 5 late ones and no answer."""
    for outcome, reason, times in (("bid", "", 150), ("bid", "below_floor", 50), ("pass", "", 90), ("kept", "", 100)):
        await count(house, "a", NOON_MS, outcome, reason, times)
    await count(house, "a", NOON_MS, "nonsense", "nonsense", 10)
    await count(house, "a", NOON_MS, "unreachable", "unreachable", 7)
    await count(house, "a", NOON_MS, "late", "not_awaited", 33)
    await count(house, "a", NOON_MS, "late", "late", 20)
    await count(house, "a", NOON_MS - DAY_MS, "late", "past_patience", 80)
    await count(house, "a", NOON_MS, "sold", "", 49, 990)
    await count(house, "a", NOON_MS, "sold", "settled", 1, 10)
    await count(house, "b", NOON_MS, "late", "late", 5)
    await count(house, "b", NOON_MS - 9 * DAY_MS, "late", "late", 70)


A = {
    "offer": "a", "buyer": "a", "currency": "USD", "pings": 407, "answered": 400, "late": 100, "cut": 80, "sold": 50,
    "price": "1000.00", "missed": "250.00", "missed_sales": 12.5, "estimate": True,
    "days": [
        {"day": "2026-11-17", "pings": 80, "late": 80, "cut": 80, "missed": "200.00"},
        {"day": "2026-11-18", "pings": 327, "late": 20, "cut": 0, "missed": "50.00"},
    ],
}  # fmt: skip
B = {
    "offer": "b", "buyer": "b", "currency": "USD", "pings": 5, "answered": 0, "late": 5, "cut": 0, "sold": 0,
    "price": "0.00", "missed": None, "missed_sales": None, "estimate": True,
    "days": [{"day": "2026-11-18", "pings": 5, "late": 5, "cut": 0, "missed": None}],
}  # fmt: skip


async def test_the_numbers_are_what_a_hand_reckons(house):
    await two_days(house)
    found = await ask(house, "GET", f"/v1/control/late?{DAYS}")
    assert found.json == {"first_day": "2026-11-17", "last_day": "2026-11-18", "zone": "UTC", "items": [A, B]}
    assert (await ask(house, "GET", f"/v1/control/late?{DAYS}&offer=b")).json["items"] == [B]
    assert (await ask(house, "GET", "/v1/control/late?first_day=2026-11-19&last_day=2026-11-20")).json["items"] == []


async def test_days_begin_in_the_zone_that_is_named(house):
    await count(house, "b", NOON_MS - 9 * 3_600_000, "late", "late", 3)  # 03:00 UTC
    (told,) = (await ask(house, "GET", f"/v1/control/late?{DAYS}&zone=America/New_York")).json["items"]
    assert [day["day"] for day in told["days"]] == ["2026-11-17"]


@pytest.mark.parametrize(("key", "item"), [("ob_a", A), ("ob_b", B)])
async def test_a_buyer_sees_his_own_and_of_others_nothing(house, key, item):
    await two_days(house)
    assert (await ask(house, "GET", f"/v1/buyer/late?{DAYS}", key=key)).json["items"] == [item]
    other = "b" if key == "ob_a" else "a"
    assert_problem(await ask(house, "GET", f"/v1/buyer/late?{DAYS}&offer={other}", key=key), 404, "noun_unknown")
    for path in ("/v1/control/late", "/v1/control/times"):
        assert_problem(await ask(house, "GET", path, key=key), 403, "key_not_allowed")
    assert_problem(await ask(house, "GET", "/v1/buyer/late", key="ob_acme"), 403, "key_not_allowed")
    assert_problem(await ask(house, "GET", "/v1/buyer/late", key=None), 401, "key_missing")


async def test_who_takes_an_offer_over_is_not_told_what_came_before(house):
    await two_days(house)
    await house.change(nouns([offer("b", 9, buyer="a")], buyers={"a": {"zone": "UTC"}, "b": {"zone": "UTC"}}))
    at_ms = await house.connection.fetchval("select max(at) from version")
    taken_ms = at_ms - at_ms % 900_000
    await count(house, "b", taken_ms, "late", "late", 11)
    await count(house, "b", taken_ms + 900_000, "late", "late", 13)
    number = house.process.exchange.market.nouns["buyer"]["a"][0]
    bounds = [0, at_ms + DAY_MS]
    found = await late(house.connection, Scope("buyer", number), 0, bounds, None, 10)
    assert {row.offer: row.counts.late for row in found} == {"a": 100, "b": 13}
    with pytest.raises(PermissionError):
        await late(house.connection, Scope("seller", 1), 0, bounds, None, 10)


async def test_what_cannot_be_asked_says_what_would_be_right(house):
    for query, words in (("zone=Mars", "no time zone"), ("first_day=2026-11-18&last_day=2026-11-17", "1 to 366 days")):
        answer = await ask(house, "GET", f"/v1/control/late?{query}")
        assert_problem(answer, 400, "parameter_faulty")
        assert words in answer.json["detail"]
    assert_problem(await ask(house, "GET", "/v1/control/late?offer=nobody"), 404, "noun_unknown")
