"""The figures of reports are what a hand count gives, the same from each side, and nobody sees another's."""

from collections import Counter

import pytest

from api.operator.asking import ask
from api.reports.conftest import FORMULA, KEYS
from outbid.core.money import text_of
from outbid.plugins.reports import Reports

DOORS = {"operator": "/v1/reports", "seller": "/v1/seller/reports", "buyer": "/v1/buyer/reports"}
KEY_OF = {"operator": "house", "seller": "acme", "buyer": "b"}
EVERY = [
    (side, name, group)
    for name in Reports(installed=()).names()
    for side in Reports(installed=()).get(name).head.audience
    for group in ("", "none", *Reports(installed=()).get(name).head.groups_for(side))
]


async def told(past, key: str, name: str, query: str = "") -> dict:
    side = {"house": "operator", "source": "seller"}.get(KEYS[key][0], KEYS[key][0])
    answer = await ask(past.house, "GET", f"{DOORS[side]}/{name}?{query}", key=f"ob_{key}")
    assert answer.status == 200, answer
    return answer.json


def by(found: dict, *names: str) -> dict:
    """Rows as dictionaries, by their groups."""
    columns = [column["name"] for column in found["columns"]]
    rows = [dict(zip(columns, row, strict=True)) for row in found["rows"]]
    made = {tuple(row[name] for name in names) if len(names) > 1 else row[names[0]]: row for row in rows}
    assert len(made) == len(rows), "a row for each"
    return made


def total(found: dict) -> dict:
    (row,) = found["totals"]
    return dict(zip([column["name"] for column in found["columns"]], row, strict=True))


@pytest.mark.parametrize(("side", "name", "group"), EVERY)
async def test_every_report_runs_divided_by_everything_it_knows(past, side, name, group):
    for clock in Reports(installed=()).get(name).head.by:
        found = await told(past, KEY_OF[side], name, f"group_by={group}&by={clock}&compare=previous&limit=50")
        columns = [column["name"] for column in found["columns"]]
        assert all(len(row) == len(columns) for row in [*found["rows"], *found["totals"]])
        assert found["count"] == len(found["rows"]) == len(found["compared"]["rows"])
        assert found["group_by"] == ([group] if group not in ("", "none") else found["group_by"])
        assert found["rows"], "something of everything happened"


@pytest.mark.parametrize("clock", ["arrival", "sale"])
async def test_sales_are_those_of_the_leads(past, clock):
    due: dict[tuple[str, str], Counter] = {}
    for source, buyer, price, payout in past.sales():
        due.setdefault((source, buyer), Counter()).update(sold=1, price=price, payout=payout)
    found = await told(past, "house", "sales", f"group_by=source,buyer&by={clock}")
    rows = by(found, "source", "buyer")
    assert len(due) >= 3
    assert {key: (row["sold"], row["price"], row["payout"], row["margin"]) for key, row in rows.items()} == {
        key: (one["sold"], text_of(one["price"]), text_of(one["payout"]), text_of(one["price"] - one["payout"]))
        for key, one in due.items()
    }
    every = sum(due.values(), Counter())
    row = total(found)
    assert (row["sold"], row["price"], row["source"], row["currency"]) == (
        every["sold"],
        text_of(every["price"]),
        None,
        "USD",
    )
    assert row["mean_price"] == text_of(round(every["price"] / every["sold"]))
    assert row["margin_rate"] == round(100 * (every["price"] - every["payout"]) / every["price"], 2) == 20.0


async def test_seller_and_buyer_see_the_same_numbers_as_the_house(past):
    house = by(await told(past, "house", "earnings", "group_by=source"), "source")
    for key, sources in (("acme", {"acme-web", "acme-mail"}), ("rival", {"rival-feed"}), ("acme-web", {"acme-web"})):
        own = by(await told(past, key, "earnings", "group_by=source"), "source")
        assert set(own) == sources
        for slug, row in own.items():
            assert row == {name: cell for name, cell in house[slug].items() if name != "price"}
    house = by(await told(past, "house", "funnel", "group_by=offer"), "offer")
    for key, offers in (("a", {"a-auto"}), ("b", {"b-auto", "b-rest"})):
        own = by(await told(past, key, "funnel", "group_by=offer"), "offer")
        assert set(own) == offers
        for slug, row in own.items():
            assert row == {name: cell for name, cell in house[slug].items() if name not in ("payout", "margin")}


async def test_a_funnel_is_what_became_of_each_offer(past):
    rows = by(await told(past, "house", "funnel", "group_by=offer"), "offer")
    steps = ("available", "asked", "bids", "won", "sold", "rejected")
    assert {slug: tuple(row[step] for step in steps) for slug, row in rows.items()} == {
        "a-auto": (6, 3, 3, 3, 3, 0),
        "b-auto": (6, 6, 5, 2, 1, 1) if rows["b-auto"]["sold"] else (6, 6, 5, 1, 0, 1),
        "b-rest": tuple(rows["b-rest"][step] for step in steps),
    }
    assert rows["b-auto"]["sold"] + rows["b-rest"]["sold"] == 1
    assert rows["b-rest"]["available"] == 1, "of one lead in California"
    assert (rows["a-auto"]["win_rate"], rows["a-auto"]["bid_rate"]) == (100.0, 100.0)


async def test_reasons_and_hours_are_those_of_the_leads(past):
    ended = Counter((state.status, state.reason) for _, _, state in past.leads if state.status != "sold")
    rows = by(await told(past, "house", "reasons", "group_by=outcome,reason"), "outcome", "reason")
    assert {key: row["leads"] for key, row in rows.items()} == dict(ended)
    found = await told(past, "house", "hours", "group_by=hour_of_day&tz=Asia/Kathmandu")
    assert sum(row["received"] for row in by(found, "hour_of_day").values()) == len(past.leads)
    assert all(len(name) == 5 and name.endswith(":00") for name in by(found, "hour_of_day"))
    days = by(await told(past, "house", "hours", "group_by=day&tz=America/New_York"), "day")
    assert all(day[11:] in ("04:00:00.000Z", "05:00:00.000Z") for day in days)


async def test_why_offers_got_no_lead_is_counted_and_estimated(past):
    found = await told(past, "house", "skips", "group_by=offer,reason")
    rows = by(found, "offer", "reason")
    assert rows["a-auto", "cap_reached"]["skipped"] == 3
    assert rows["a-auto", "cap_reached"]["estimate"] == 0
    static = [row for (slug, _), row in rows.items() if slug == "b-rest" and row["estimate"]]
    assert sum(row["estimate"] for row in static) == sum(row["sampled"] for row in static) == len(past.leads) - 1
    assert [column["name"] for column in found["columns"] if column["estimate"]] == ["estimate"]


async def test_values_of_dimensions_are_told_and_a_formula_is_defused(past):
    rows = by(await told(past, "acme", "sub_ids", "group_by=value"), "value")
    assert {value: (row["received"], row["sold"]) for value, row in rows.items()} == {
        "sub_id=s1": (3, 1),
        f"sub_id={FORMULA}": (1, 1),
        "sub_id=": (1, 1),
    }
    bare = (await told(past, "acme", "sub_ids", "group_by=value&dimension=sub_id"))["rows"]
    assert {row[0] for row in bare} == {"s1", FORMULA, ""}
    path = f"{DOORS['seller']}/sub_ids/export?group_by=value&dimension=sub_id&compare=week"
    answer = await ask(past.house, "GET", path, key="ob_acme")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith('attachment; filename="sub_ids_')
    lines = answer.body.decode().split("\r\n")
    assert lines[0].startswith("Value,Currency,Received,Sold,")
    assert "'=1+1" in {line.partition(",")[0] for line in lines}
    assert not [line for line in lines if line.startswith(("=", "+", "-", "@", "\t"))]


async def test_what_was_before_stands_beside_it(past):
    found = await told(past, "house", "sales", "group_by=buyer&compare=week")
    assert found["compared"]["rows"] == [None] * len(found["rows"])
    assert found["compared"]["totals"] == [None] * len(found["totals"])
    today = found["until"][:10]
    tomorrow = await told(past, "house", "sales", f"group_by=buyer&compare=previous&from={today}&to={today}")
    assert tomorrow["rows"] == []
    assert tomorrow["compared"]["until"] == tomorrow["since"]


async def test_filters_sort_and_limit(past):
    only = await told(past, "house", "sales", "group_by=source&buyer=a&seller=acme")
    assert set(by(only, "source")) == {"acme-web"}
    found = await told(past, "house", "sales", "group_by=buyer&sort=price")
    prices = [float(row["price"]) for row in by(found, "buyer").values()]
    assert prices == sorted(prices)
    cut = await told(past, "house", "sales", "group_by=buyer&limit=1")
    assert (len(cut["rows"]), cut["count"], cut["totals"]) == (1, len(found["rows"]), found["totals"])
