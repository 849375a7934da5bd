"""Money that buyers pay in: once for each reference, and the ledger adds up."""

import asyncio

import pytest

from api.operator.asking import ask
from api.problems import assert_problem

PAID = {"buyer": "a", "amount": "250.5", "reference": "wire-1"}


@pytest.fixture(autouse=True)
async def _no_money(house):
    await house.connection.execute("delete from transfer; delete from deposit; delete from account")


async def pay(house, **changes):
    return await ask(house, "POST", "/v1/deposits", {**PAID, **changes})


async def sums(house) -> dict[str, str]:
    found = (await ask(house, "GET", "/v1/balance")).json
    assert found["adds_up"], found
    assert set(found["totals"].values()) <= {"0.00"}
    return {row["account"]: row["amount"] for row in found["sums"]}


async def test_a_deposit_moves_cash_to_the_buyer(house):
    answer = await pay(house, note="from the bank")
    assert answer.status == 201, answer
    assert answer.json == {
        "id": answer.json["id"], "at": answer.json["at"], "buyer": "a", "amount": "250.50", "currency": "USD",
        "reference": "wire-1", "note": "from the bank", "by": "key house",
    }  # fmt: skip
    assert await sums(house) == {"buyer:a": "250.50", "house:cash": "-250.50"}
    (moved,) = (await ask(house, "GET", "/v1/transfers")).json["items"]
    assert (moved["reference"], moved["note"]) == ("wire-1", "from the bank")


async def test_the_same_reference_again_is_the_same_deposit(house):
    first = await pay(house, note="first")
    again = await pay(house, note="second")
    assert again.status == 200
    assert again.json == first.json
    assert await sums(house) == {"buyer:a": "250.50", "house:cash": "-250.50"}


@pytest.mark.parametrize("changes", [{"amount": "250.51"}, {"amount": "1"}])
async def test_another_amount_under_the_same_reference_is_refused(house, changes):
    await pay(house)
    answer = await pay(house, **changes)
    assert_problem(answer, 409, "deposit_differs")
    assert "250.50 USD" in answer.json["detail"]
    assert await sums(house) == {"buyer:a": "250.50", "house:cash": "-250.50"}


async def test_the_same_payment_sent_many_times_at_once_counts_once(house):
    answers = await asyncio.gather(*(pay(house) for _ in range(8)))
    assert sorted(answer.status for answer in answers) == [200] * 7 + [201]
    assert await sums(house) == {"buyer:a": "250.50", "house:cash": "-250.50"}


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"buyer": "nobody"}, "/buyer"),
        ({"amount": "0"}, "/amount"),
        ({"amount": "-5"}, "/amount"),
        ({"amount": "5,00"}, "/amount"),
        ({"amount": 5}, "/amount"),
        ({"reference": " "}, "/reference"),
        ({"reference": ""}, "/reference"),
        ({"currency": "EUR"}, "/currency"),
        ({"currency": "usd"}, "/currency"),
        ({"payout": "1"}, "/payout"),
    ],
)
async def test_a_deposit_that_cannot_be_is_refused_and_nothing_moves(house, changes, pointer):
    answer = await pay(house, **changes)
    assert_problem(answer, 422, "body_faulty")
    assert [error["pointer"] for error in answer.json["errors"]] == [pointer]
    assert await sums(house) == {}


async def test_only_the_house_counts_payments(house):
    for key in ("ob_buyer", "ob_seller"):
        assert_problem(await ask(house, "POST", "/v1/deposits", PAID, key=key), 403, "key_not_allowed")
    assert await sums(house) == {}
