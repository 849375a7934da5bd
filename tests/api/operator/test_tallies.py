"""Tallies as the operator reads them: summed by what he asks for, by both clocks, with quantiles."""

import pytest
import pytest_asyncio
from msgspec import convert

from api.operator.asking import ask
from api.operator.test_description import document, fits
from api.problems import assert_problem
from harness.buyers import ACCEPT, REJECT, Buyers, bid
from harness.house import House, open_house, until
from harness.market import lead, nouns, offer
from outbid.api.auth import key_hash
from outbid.api.operator import tallies
from outbid.core.market.noun import Key

PATH = "/v1/tallies"


def market(port: int) -> dict:
    found = nouns([offer("a-auto", port, buyer="a"), offer("b-auto", port, buyer="b")],
                  campaign_more={"dimensions": ["state"]})  # fmt: skip
    found["key"]["house"] = convert({"slug": "house", "holder": "house", "hash": key_hash("ob_house")}, Key)
    return found


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(worker_database):
    """A house that sold two leads to `a` for 10.00, one in Texas, and one to `b` for 6.00 after `a` rejected it."""
    await worker_database.empty()
    async with (
        Buyers() as buyers,
        open_house(worker_database.url, worker_database.app_url, market(buyers.port)) as found,
    ):
        buyers.on("a", ping=bid("10"), post=ACCEPT)
        buyers.on("b", ping=bid("6"), post=ACCEPT)
        for state in ("TX", "CA"):
            assert (await found.sell(lead(state=state))).json["outcome"] == "sold"
        buyers.on("a", ping=bid("10"), post=REJECT)
        assert (await found.sell(lead(state="CA"))).json["outcome"] == "sold"

        async def is_counted() -> bool:
            return await found.connection.fetchval("select sum(times) from tally where outcome = 'answered'") == 6

        await until(is_counted)
        yield found


async def told(house: House, query: str = "") -> list[dict]:
    answer = await ask(house, "GET", f"{PATH}?{query}")
    assert answer.status == 200, answer
    return answer.json["items"]


def by(rows: list[dict], *names: str) -> dict:
    found = {tuple(row[name] for name in names): row for row in rows}
    assert len(found) == len(rows), "a row for each"
    return found


async def test_leads_are_told_by_outcome_with_money_and_times(house):
    rows = by(await told(house), "outcome")
    assert {outcome: row["times"] for (outcome,), row in rows.items()} == {"received": 3, "sold": 3, "answered": 3}
    sold, answered = rows[("sold",)], rows[("answered",)]
    assert (sold["price"], sold["payout"], sold["currency"], sold["p50"]) == ("26.00", "20.80", "USD", None)
    assert 0 < answered["p50"] <= answered["p90"] <= answered["p99"] < 10_000
    assert {row["source"] for row in rows.values()} == {None}


async def test_offers_are_told_by_offer_buyer_and_reason(house):
    rows = by(await told(house, "by=offer,buyer,reason"), "offer", "outcome", "reason")
    counts = {key: row["times"] for key, row in rows.items()}
    assert counts == {
        ("a-auto", "bid", ""): 3,
        ("a-auto", "posted", ""): 3,
        ("a-auto", "sold", ""): 2,
        ("a-auto", "rejected", "rejected"): 1,
        ("b-auto", "bid", ""): 3,
        ("b-auto", "posted", ""): 1,
        ("b-auto", "sold", ""): 1,
    }
    assert {row["buyer"] for row in rows.values()} == {"a", "b"}
    assert rows["a-auto", "bid", ""]["p50"] is not None
    assert {row["outcome"] for row in await told(house, "buyer=b&outcome=sold")} == {"sold"}


async def test_both_clocks_tell_the_same_sales(house):
    one, other = [by(await told(house, f"of=offers&outcome=sold&clock={c}"), "outcome") for c in ("arrival", "sale")]
    assert one == other
    assert by(await told(house, "clock=sale"), "outcome").keys() == {("sold",)}


async def test_a_dimension_has_a_row_for_each_value(house):
    rows = by(await told(house, "dimension=state&outcome=sold"), "value")
    assert {value: (row["times"], row["price"], row["rest"]) for (value,), row in rows.items()} == {
        "CA": (2, "16.00", False),
        "TX": (1, "10.00", False),
    }
    answer = await ask(house, "GET", f"{PATH}?dimension=zip")
    assert answer.json["detail"] == "dimension: no campaign has 'zip'; there are: state"


async def test_each_period_has_rows(house):
    for every, zone in (("quarter", "UTC"), ("hour", "Asia/Kathmandu"), ("day", "America/New_York")):
        rows = await told(house, f"outcome=received&every={every}&zone={zone}")
        assert sum(row["times"] for row in rows) == 3
        assert all(row["starts"].endswith("Z") for row in rows)
        if every == "day":
            assert all(row["starts"][11:] in ("04:00:00.000Z", "05:00:00.000Z") for row in rows)
    assert {row["starts"] for row in await told(house)} == {None}


async def test_filters_leave_the_others_out(house):
    for nobody in ("reason=ghost", "outcome=ghost"):
        assert await told(house, nobody) == []
    assert len(await told(house, "source=web&campaign=auto&seller=acme&outcome=sold")) == 1
    assert await told(house, "since=2020-01-01T00:00:00Z&until=2020-01-02T00:00:00Z") == []


@pytest.mark.parametrize("name", ["source", "campaign", "seller", "offer", "buyer", "dimension"])
async def test_who_never_was_is_no_empty_answer(house, name):
    answer = await ask(house, "GET", f"{PATH}?{name}=ghost")
    assert_problem(answer, 400, "parameter_faulty")
    assert name in answer.json["detail"]
    assert "'ghost'" in answer.json["detail"]


@pytest.mark.parametrize(
    "query",
    [
        "since=2026-01-01T00:07:00Z",
        "since=2020-01-01T00:00:00Z",
        "since=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z",
        "zone=Mars/Olympus",
        "by=source,color",
        "dimension=state%3DTX",
        "every=week",
        "clock=noon",
        "until=9999-12-31T23:45:00Z",
    ],
)
async def test_what_cannot_be_told_is_refused(house, query):
    assert_problem(await ask(house, "GET", f"{PATH}?{query}"), 400, "parameter_faulty")


async def test_too_many_rows_are_refused_with_what_to_do(house, monkeypatch):
    monkeypatch.setattr(tallies, "MOST_ROWS", 2)
    answer = await ask(house, "GET", PATH)
    assert_problem(answer, 400, "parameter_faulty")
    assert "ask for less time" in answer.json["detail"]


async def test_what_is_told_fits_its_description(house):
    found = await document(house)
    schema = found["paths"][PATH]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    for query in ("", "by=offer,buyer,reason&every=day", "dimension=state"):
        fits((await ask(house, "GET", f"{PATH}?{query}")).json, schema, found["components"]["schemas"], query)
