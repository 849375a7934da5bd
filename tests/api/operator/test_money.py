"""Wallets and caps, transfers and the trial balance, as the operator is told of them."""

import pytest
import pytest_asyncio
from msgspec import convert

from api.operator.asking import ask
from api.operator.test_description import document, fits
from api.problems import assert_problem
from harness.buyers import ACCEPT, REJECT, Buyers, bid
from harness.house import House, open_house
from harness.market import lead, nouns, offer
from outbid.api.auth import key_hash
from outbid.core.ids import SALE, parse
from outbid.core.market.noun import Key
from outbid.store.money import ledger

MINUTE_MS = 60_000


def market(port: int) -> dict:
    """Two buyers: one with a wallet and a cap of leads, one with a cap of money."""
    found = nouns(
        [
            offer("a-auto", port, buyer="a", caps=[{"window": "day", "leads": 5}]),
            offer("b-auto", port, buyer="b", caps=[{"window": "total", "money": "90"}]),
        ],
        buyers={"a": {"wallet": {"credit": "20"}}},
    )
    found["key"]["house"] = convert({"slug": "house", "holder": "house", "hash": key_hash("ob_house")}, Key)
    return found


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(worker_database):
    """A house in which `a` paid in 7.00 and bought for 10.00, and `b` bought for 6.00 after that."""
    await worker_database.empty()
    async with (
        Buyers() as buyers,
        open_house(worker_database.url, worker_database.app_url, market(buyers.port)) as found,
    ):
        buyers.on("a", ping=bid("10"), post=ACCEPT)
        buyers.on("b", ping=bid("6"), post=ACCEPT)
        market_now = found.process.exchange.market
        number = next(number for (kind, number), slug in market_now.names.items() if (kind, slug) == ("buyer", "a"))
        now_ms = found.process.exchange.clock.now_ms()
        await ledger.deposit(found.connection, 0, b"d" * 16, number, "USD", 7_000_000, now_ms - MINUTE_MS)
        assert (await found.sell(lead())).status == 200
        buyers.on("a", ping=REJECT)
        assert (await found.sell(lead())).status == 200
        yield found


async def items(house: House, path: str) -> list[dict]:
    answer = await ask(house, "GET", path)
    assert answer.status == 200, answer
    return answer.json["items"]


async def test_every_account_tells_its_room(house):
    found = {
        (row["owner"], row["window"], row["unit"]): (row["ceiling"], row["posted"], row["held"], row["room"])
        for row in await items(house, "/v1/accounts")
    }
    assert found == {
        ("buyer:a", "wallet", "USD"): ("20.00", "3.00", "0.00", "17.00"),
        ("offer:a-auto", "day", "LEAD"): ("5", "1", "0", "4"),
        ("offer:b-auto", "total", "USD"): ("90.00", "6.00", "0.00", "84.00"),
    }


async def test_a_window_tells_when_it_ends(house):
    ends = {row["owner"]: (row["starts_at"], row["ends_at"]) for row in await items(house, "/v1/accounts")}
    assert ends["buyer:a"][1] is None
    assert ends["offer:b-auto"][1] is None
    starts_at, ends_at = ends["offer:a-auto"]
    assert starts_at < ends_at


@pytest.mark.parametrize(
    ("query", "owners"),
    [
        ("kind=buyer", ["buyer:a"]),
        ("kind=offer", ["offer:a-auto", "offer:b-auto"]),
        ("kind=offer&slug=b-auto", ["offer:b-auto"]),
        ("kind=buyer&slug=b", []),
        ("open=true", ["buyer:a", "offer:a-auto", "offer:b-auto"]),
        ("open=false", []),
    ],
)
async def test_accounts_are_filtered(house, query, owners):
    assert [row["owner"] for row in await items(house, f"/v1/accounts?{query}")] == owners


async def test_an_account_whose_window_is_over_is_not_open(house):
    await house.connection.execute("update account set ends_at = starts_at where window_name = 'day'")
    assert [row["owner"] for row in await items(house, "/v1/accounts?open=false")] == ["offer:a-auto"]
    assert len(await items(house, "/v1/accounts?open=true")) == 2
    assert len(await items(house, "/v1/accounts")) == 3


@pytest.mark.parametrize("path", ["/v1/accounts", "/v1/transfers"])
async def test_lists_come_in_pages(house, path):
    whole = await items(house, path)
    seen, cursor = [], ""
    while cursor is not None:
        page = (await ask(house, "GET", f"{path}?limit=2&cursor={cursor}")).json
        assert len(page["items"]) <= 2
        seen += page["items"]
        cursor = page["next"]
    for row in (*seen, *whole):
        row.pop("full_at", None)  # a forecast, which moves with the time
    assert seen == whole
    assert len(seen) >= 3


async def test_transfers_tell_who_paid_whom(house):
    found = await items(house, "/v1/transfers")
    assert {(t["kind"], t["debit"], t["credit"], t["amount"], t["currency"]) for t in found[:2]} == {
        ("payout", "buyer:b", "seller:acme", "4.80", "USD"), ("margin", "buyer:b", "house:margin", "1.20", "USD"),
    }  # fmt: skip
    assert found[-1] | {"kind": "deposit", "debit": "house:cash", "credit": "buyer:a", "amount": "7.00"} == found[-1]
    assert found[-1]["sale"] is None
    assert all(parse(SALE, transfer["sale"]) for transfer in found[:-1])
    assert [t["at"] for t in found] == sorted((t["at"] for t in found), reverse=True)


async def test_transfers_are_filtered(house):
    whole = await items(house, "/v1/transfers")
    newest, oldest = whole[0], whole[-1]

    async def of(query: str) -> list[dict]:
        return await items(house, f"/v1/transfers?{query}")

    assert await of("account=buyer:a") == [t for t in whole if "buyer:a" in (t["debit"], t["credit"])]
    assert await of("account=house:cash") == [oldest]
    assert await of(f"sale={newest['sale']}") == whole[:2]
    assert await of("kind=margin") == [t for t in whole if t["kind"] == "margin"]
    assert await of(f"until={newest['at']}") == [t for t in whole if t["at"] < newest["at"]]
    assert oldest not in await of(f"since={whole[-2]['at']}")


async def test_the_balance_adds_up(house):
    found = (await ask(house, "GET", "/v1/balance")).json
    assert (found["adds_up"], found["totals"], found["faults"]) == (True, {"USD": "0.00"}, [])
    assert {(s["account"], s["amount"]) for s in found["sums"]} == {
        ("buyer:a", "-3.00"), ("buyer:b", "-6.00"), ("house:cash", "-7.00"), ("house:margin", "3.20"),
        ("seller:acme", "12.80"),
    }  # fmt: skip


async def test_a_balance_that_does_not_add_up_says_where(house):
    await house.connection.execute("update account set held = 1 where window_name = 'total'")
    try:
        found = (await ask(house, "GET", "/v1/balance")).json
        assert found["adds_up"] is False
        assert found["faults"] == [
            {"law": "held = sum of open holds", "where": "offer:b-auto total USD", "found": 1, "expected": 0}
        ]
    finally:
        await house.connection.execute("update account set held = 0 where window_name = 'total'")


@pytest.mark.parametrize(
    "path",
    ["/v1/accounts?slug=a", "/v1/accounts?kind=buyer&slug=nobody", "/v1/accounts?kind=house", "/v1/accounts?cursor=x",
     "/v1/transfers?account=a", "/v1/transfers?account=buyer:nobody", "/v1/transfers?account=offer:a-auto",
     "/v1/transfers?sale=1", "/v1/transfers?kind=gift", "/v1/transfers?cursor=1", "/v1/balance?x=1"],
)  # fmt: skip
async def test_a_parameter_that_cannot_be_is_refused(house, path):
    assert_problem(await ask(house, "GET", path), 400, "parameter_faulty")


@pytest.mark.parametrize("path", ["/v1/accounts", "/v1/transfers", "/v1/balance"])
async def test_what_is_answered_fits_its_description(house, path):
    described = await document(house)
    schema = described["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    fits((await ask(house, "GET", path)).json, schema, described["components"]["schemas"], path)
