"""Keys: who may post leads, and what everybody else is told."""

import gc

import pytest

from api.problems import assert_problem
from api.speak import Talk, whole
from harness.house import request
from harness.market import SECRET, lead
from outbid.api.intake import Intake

NO_KEYS = {
    "no header": (None, 401, "key_missing"),
    "no word before the key": (f"Authorization: {SECRET}", 401, "key_missing"),
    "another scheme": ("Authorization: Basic b2I6dGVzdA==", 401, "key_missing"),
    "a scheme alone": ("Authorization: Bearer", 401, "key_missing"),
    "an unknown key": ("Authorization: Bearer ob_nobody", 401, "key_unknown"),
    "a key in other letters": (f"Authorization: Bearer {SECRET.upper()}", 401, "key_unknown"),
    "a key and more": (f"Authorization: Bearer {SECRET}x", 401, "key_unknown"),
    "a very long key": ("Authorization: Bearer " + "k" * 60_000, 401, "key_unknown"),
    "letters of no alphabet": ("Authorization: Bearer \xff\xfe", 401, "key_unknown"),
    "a revoked key": ("Authorization: Bearer ob_revoked", 401, "key_unknown"),
    "the house's key": ("Authorization: Bearer ob_house", 403, "key_not_allowed"),
    "a buyer's key": ("Authorization: Bearer ob_buyer", 403, "key_not_allowed"),
    "a seller's key": ("Authorization: Bearer ob_seller", 403, "key_not_allowed"),
}


@pytest.mark.parametrize(("header", "status", "code"), NO_KEYS.values(), ids=NO_KEYS)
async def test_without_a_key_of_a_source_no_lead_is_taken(house, shared_buyers, header, status, code):
    body = b'{"zip": "78701"}'
    async with Talk(house.port) as talk:
        await talk.say(whole(body, *([header] if header else []), key=None))
        assert_problem(await talk.hear(), status, code)
    assert shared_buyers.pings("a") == []


async def test_blanks_are_no_key(house):
    assert_problem(await house.sell(lead(), key=None, headers=("Authorization: Bearer   ",)), 401, "key_missing")


async def test_the_word_bearer_may_be_written_in_any_case(house):
    for word in ("bearer", "BEARER", "Bearer "):
        answer = await house.sell(lead(), key=None, headers=(f"Authorization: {word} {SECRET}",))
        assert answer.json["outcome"] == "sold"


async def test_the_key_in_the_address_counts_for_nothing(house):
    answer = await request(house.port, "POST", f"/v1/leads?key={SECRET}", b"{}", key=None)
    assert_problem(answer, 401, "key_missing")


async def test_ten_megabytes_without_a_key_are_read_away_and_refused(house):
    answer = await request(house.port, "POST", "/v1/leads", b"x" * (10 << 20), key=None)
    assert_problem(answer, 401, "key_missing")


async def test_a_full_house_turns_away_and_says_when_to_come_again(house):
    intake = next(
        found for found in gc.get_objects() if isinstance(found, Intake) and found._exchange is house.process.exchange
    )
    intake.open = False
    try:
        answer = await house.sell(lead())
        assert_problem(answer, 503, "overloaded")
        assert answer.headers["retry-after"] == "1"
        ready = await request(house.port, "GET", "/readyz", key=None)
        assert (ready.status, ready.json) == (503, {"status": "not ready"})
        assert (await request(house.port, "GET", "/healthz", key=None)).status == 200
    finally:
        intake.open = True
    assert (await request(house.port, "GET", "/readyz", key=None)).status == 200
