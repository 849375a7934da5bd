"""The step to pay in: there where offers are paid from wallets, done when somebody can pay."""

from api.operator.asking import ask


async def step(house) -> dict | None:
    found = (await ask(house, "GET", "/v1/start")).json
    named = {one["step"]: one for one in found["steps"]}
    assert found["done"] == all(one["done"] for one in found["steps"])
    return named.get("pay_in")


async def test_a_house_whose_buyers_have_no_wallet_has_no_such_step(house):
    assert await step(house) is None


async def test_an_empty_wallet_is_told_until_it_is_paid_into(house):
    change = {"wallet": {"credit": "0"}, "name": "Acme"}
    assert (await ask(house, "PATCH", "/v1/buyers/a", change, If_Match="*")).status == 200
    found = await step(house)
    assert (found["done"], found["noun"], found["ids"], found["names"]) == (False, "buyer", ["a"], ["Acme"])
    paid = {"buyer": "a", "currency": "USD", "amount": "50", "reference": "first"}
    answer = await ask(house, "POST", "/v1/deposits", paid)
    assert answer.status in (200, 201), answer.body
    found = await step(house)
    assert (found["done"], found["ids"]) == (True, ["a"])


async def test_credit_is_room_too(house):
    assert (await ask(house, "PATCH", "/v1/buyers/a", {"wallet": {"credit": "9"}}, If_Match="*")).status == 200
    assert (await step(house))["done"]
