"""The live page at once: six figures, where leads stop, buyers now, counted by hand against real sales."""

from datetime import datetime, timedelta

import pytest

from api.live.listening import Listening, total
from api.live.test_stream import sell_of_every_kind
from api.operator.asking import ask
from api.problems import assert_problem
from harness.house import until
from harness.market import lead
from outbid.api.operator.live.today import percent, week_before
from outbid.core.tally.rows import quarter_of

PATH = "/v1/live/summary"


async def summary(house, query: str = "") -> dict:
    answer = await ask(house, "GET", f"{PATH}?{query}")
    assert answer.status == 200, answer
    return answer.json


@pytest.fixture
async def sold(pair):
    """Both processes sold in `auto`: two to `a`, one to `b`; one twin was refused, one found no bid; one in `home`."""
    await pair.one.connection.execute("delete from beat")
    before = await summary(pair.one)
    told = await sell_of_every_kind(pair)
    assert (await pair.two.sell(lead(), key="ob_home")).json["outcome"] == "sold"

    async def is_counted() -> bool:
        found = await summary(pair.one)
        return sum(stop["leads"] for stop in found["stops"]) == 6

    await until(is_counted)
    return before, told


async def test_an_empty_window_says_nothing_instead_of_zero(pair):
    await pair.one.connection.execute("delete from beat")
    found = await summary(pair.one, "window=1m")
    assert found["now"] == {"leads_a_second": 0.0, "sold_percent": None, "answer_p95": None, "reject_percent": None}
    assert (found["stops"], found["worst"], found["before"]) == ([], None, None)
    assert found["series"]["received"] == [0] * 60
    assert {row["buyer"]: (row["won"], row["bid_percent"]) for row in found["buyers"]} == {
        "a": (0, None),
        "b": (0, None),
    }


async def test_figures_of_the_window_are_those_of_the_sales_that_were_made(pair, sold):
    before, _ = sold
    found = await summary(pair.two)
    assert found["received"] == 6
    assert found["now"]["leads_a_second"] == round(6 / 300, 3)
    assert found["now"]["sold_percent"] == 66.67
    assert found["now"]["reject_percent"] == 20.0
    assert found["now"]["answer_p95"] > 0
    assert [(stop["status"], stop["leads"], stop["percent"]) for stop in found["stops"]] == [
        ("sold", 4, 66.67),
        ("refused", 1, 16.67),
        ("unsold", 1, 16.67),
    ]
    assert found["stops"][1]["reason"] == "duplicate"
    seconds = (await summary(pair.two, "window=1m"))["series"]
    assert (sum(seconds["received"]), sum(seconds["sold"]), len(seconds["answer_p95"])) == (6, 4, 60)
    assert len(found["series"]["answer_p95"]) in (59, 60)
    assert found["zone"] == "America/New_York"
    money = {one["currency"]: float(one["revenue"]) for one in found["today"]}
    earlier = {one["currency"]: float(one["revenue"]) for one in before["today"]}
    assert {name: money[name] - earlier.get(name, 0) for name in money} == {"CAD": 10.0, "USD": 26.0}
    usd = next(one for one in found["today"] if one["currency"] == "USD")
    assert usd["margin_percent"] == 20.0
    assert usd["compared"] is None, "nothing was sold a week before"


async def test_a_campaign_alone_has_its_own_zone_money_and_buyers(pair, sold):
    found = await summary(pair.one, "campaign=home&window=1m")
    assert (found["received"], found["zone"]) == (1, "America/Toronto")
    assert {one["currency"] for one in found["today"]} == {"CAD"}
    assert [(row["buyer"], row["won"], row["offers"]) for row in found["buyers"]] == [("a", 1, 1)]


async def test_buyers_now_tell_what_they_won_and_how_much_room_they_have(pair, sold):
    rows = {row["buyer"]: row for row in (await summary(pair.one))["buyers"]}
    a, b = rows["a"], rows["b"]
    assert (a["won"], a["pings"], a["bids"], a["posts"], a["rejects"]) == (3, 5, 4, 4, 1)
    assert (a["bid_percent"], a["reject_percent"], a["late_percent"]) == (80.0, 25.0, 0.0)
    assert (b["won"], b["pings"], b["bids"], b["posts"], b["rejects"]) == (1, 4, 3, 1, 0)
    assert a["answer_p50"] is not None
    assert (a["stage"], a["offers"], a["paused"]) == ("full", 2, 0)
    taken = await pair.one.connection.fetchval(
        "select posted + held from account where owner = 'buyer:1' and window_name = 'wallet' and unit = 'USD'"
    )
    cad, usd = a["wallets"]
    assert (cad["currency"], usd["currency"]) == ("CAD", "USD")
    assert float(usd["room"]) == 5000 - taken / 1_000_000
    assert usd["runway_hours"] == pytest.approx((5_000_000_000 - taken) / taken, rel=0.01), "of the first hour"
    assert b["wallets"] == []
    assert (b["cap"]["owner"], b["cap"]["window"], b["cap"]["ceiling"]) == ("offer:b", "day", 1000)
    posted = await pair.one.connection.fetchval("select count(*) from sale where offer = 2 and status = 'sold'")
    assert b["cap"]["taken"] == posted


async def test_who_rejects_most_of_what_he_is_posted_is_named(pair, sold):
    assert (await summary(pair.one))["worst"] is None, "of four posts no share is told"
    assert (await pair.one.sell(lead())).json["outcome"] == "sold"

    async def worst() -> bool:
        return (await summary(pair.two))["worst"] == {
            "buyer": "a", "name": "a", "posts": 5, "rejects": 1, "reject_percent": 20.0
        }  # fmt: skip

    await until(worst)


async def test_a_week_before_is_the_same_time_of_the_same_day(pair, sold):
    found = await summary(pair.one)
    now_ms = await pair.one.connection.fetchval("select now()")
    then = quarter_of(week_before(now_ms - 60_000, found["zone"]))
    rows = [(0, "received", "", 900), (0, "sold", "", 300), (0, "unsold", "no_bid", 100)]
    rows += [(1, "posted", "", 320), (1, "rejected", "rejected", 16), (1, "rejected", "settled", 4)]
    for offer, outcome, reason, times in rows:
        await pair.one.connection.execute(
            """insert into tally select 0, 0, $1, 'arrival', number, $2, $3, $4, '', $5, 0, 0, '{}'
                 from noun where kind = 'source' and slug = 'web' and to_version is null""",
            then, offer, outcome, reason, times,
        )  # fmt: skip
    try:
        before = (await summary(pair.one, "window=1m"))["before"]
        assert before["leads_a_second"] in (1.0, 0.5), "one quarter-hour, or two where the window touches both"
        assert (before["sold_percent"], before["reject_percent"], before["answer_p95"]) == (75.0, 5.0, None)
        assert (await summary(pair.one, "window=1m&campaign=home"))["before"] is None
    finally:
        await pair.one.connection.execute("delete from tally where quarter = $1", then)


async def test_money_of_a_week_before_is_that_of_the_day_up_to_the_last_quarter_hour(pair, sold):
    now_ms = await pair.one.connection.fetchval("select now()")
    zone = "UTC" if 3 <= now_ms // 3_600_000 % 24 <= 21 else "Asia/Tokyo"  # where it is not about midnight
    now_quarter = quarter_of(week_before(quarter_of(now_ms), zone))
    for quarter, price in ((now_quarter - 900_000, 40_000_000), (now_quarter, 70_000_000)):
        await pair.one.connection.execute(
            """insert into tally select 0, 0, $1, 'sale', number, 0, 'sold', '', '', 1, $2::bigint, $2::bigint / 2, '{}'
                 from noun where kind = 'source' and slug = 'web' and to_version is null""",
            quarter,
            price,
        )
    try:
        usd = next(one for one in (await summary(pair.one, f"zone={zone}"))["today"] if one["currency"] == "USD")
        assert (usd["compared"]["revenue_before"], usd["compared"]["margin_before"]) == ("40.00", "20.00")
        assert float(usd["compared"]["revenue"]) <= float(usd["revenue"])
    finally:
        await pair.one.connection.execute(
            "delete from tally where quarter in ($1, $2)", now_quarter - 900_000, now_quarter
        )


async def test_the_stream_goes_on_where_the_summary_ends(pair, sold):
    found = await summary(pair.one)
    assert (await pair.one.sell(lead())).json["outcome"] == "sold"
    async with Listening(pair.two.port, f"?after={found['last']}") as listening:
        ticks = await listening.ticks(lambda ticks: total(ticks, "sold") >= 1)
    assert ticks[0].id == found["until"]
    assert total(ticks, "received") == 1


@pytest.mark.parametrize("query", ["campaign=none", "window=2m", "zone=Mars", "windo=5m"])
async def test_what_cannot_be_asked_is_named(pair, query):
    assert_problem(await ask(pair.one, "GET", f"{PATH}?{query}"), 400, "parameter_faulty")


def test_a_share_of_nothing_is_nothing():
    assert (percent(0, 0), percent(0, 3), percent(2, 3)) == (None, 0.0, 66.67)


def test_a_week_before_keeps_the_clock_on_the_wall_when_clocks_change():
    monday = 1_793_631_600_000  # 2026-11-02 10:00 in New York, a day after its clocks went back
    assert week_before(monday, "America/New_York") == monday - 7 * 86_400_000 - 3_600_000


@pytest.mark.parametrize(("window", "step_s"), [("1m", 1), ("5m", 5), ("15m", 15)])
async def test_steps_are_those_of_the_clock_and_whole(pair, sold, window, step_s):
    found = await summary(pair.two, f"window={window}")
    series = found["series"]
    began = datetime.fromisoformat(series["since"])
    assert series["step_s"] == step_s
    assert began.timestamp() % step_s == 0
    assert began >= datetime.fromisoformat(found["since"])
    assert began + timedelta(seconds=step_s * len(series["sold"])) <= datetime.fromisoformat(found["until"])
