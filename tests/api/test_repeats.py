"""The same request again: one lead, one answer, whichever process it comes to."""

import asyncio

from api.problems import assert_problem
from harness.buyers import ACCEPT, REJECT, bid
from harness.market import lead
from outbid.exchange import arrive


def keyed(key: str) -> tuple[str]:
    return (f"Idempotency-Key: {key}",)


async def leads_of(house) -> int:
    return await house.connection.fetchval("select count(*) from lead")


async def test_the_same_body_soon_after_is_the_same_request(house, shared_buyers):
    shared_buyers.on("a", ping=bid("10"), post=ACCEPT)
    person, before = lead(), await leads_of(house)
    first, again = await house.sell(person), await house.sell(person)
    assert (first.status, first.json["outcome"]) == (200, "sold")
    assert (again.status, again.json) == (first.status, first.json)
    assert await leads_of(house) == before + 1
    assert len(shared_buyers.posts("a")) == 1


async def test_after_its_minute_the_same_body_is_a_new_lead(house, shared_buyers, monkeypatch):
    monkeypatch.setattr(arrive, "BODIES_KEPT_MS", -1)
    shared_buyers.on("a", ping=REJECT)
    person = lead()
    first, again = await house.sell(person), await house.sell(person)
    assert first.json["lead"] != again.json["lead"]
    assert again.json["outcome"] == "unsold"


async def test_the_same_body_under_two_keys_is_two_requests(house, shared_buyers):
    shared_buyers.on("a", ping=REJECT)
    person = lead()
    found = [await house.sell(person, headers=keyed(key)) for key in ("one", "two", "one")]
    names = [answer.json["lead"] for answer in found]
    assert names[0] == names[2] != names[1]


async def test_another_body_under_the_same_key_is_refused_and_names_the_first_lead(house, shared_buyers):
    shared_buyers.on("a", ping=bid("10"), post=ACCEPT)
    before = await leads_of(house)
    first = await house.sell(lead(), headers=keyed("mine"))
    other = await house.sell(lead(), headers=keyed("mine"))
    found = assert_problem(other, 422, "request_key_reused")
    assert found["lead"] == first.json["lead"]
    assert await leads_of(house) == before + 1


async def test_a_refused_lead_is_refused_again_with_the_same_errors(house):
    person = lead(phone="1")
    first, again = await house.sell(person), await house.sell(person)
    assert first.status == 422
    assert first.json["errors"]
    assert again.json == first.json


async def test_a_key_that_is_too_long_is_refused(house):
    assert_problem(await house.sell(lead(), headers=keyed("k" * 256)), 400, "request_key_too_long")
    assert (await house.sell(lead(), headers=keyed("k" * 255))).status in (200, 202)


async def test_others_in_the_batch_of_a_repeated_request_are_sold(house, shared_buyers):
    shared_buyers.on("a", ping=bid("10"), post=ACCEPT)
    known = lead()
    await house.sell(known)
    answers = await asyncio.gather(*(house.sell(person) for person in [lead(), known, lead(), known, lead()]))
    assert [answer.json["outcome"] for answer in answers] == ["sold"] * 5
    assert len({answer.json["lead"] for answer in answers}) == 4
