"""Who sees what: every route for every role, and no answer to a seller tells of buyers, bids, margin or persons."""

import re
from urllib.parse import quote

import pytest
import pytest_asyncio

from api.problems import assert_problem
from harness.buyers import ACCEPT, REJECT, Buyers, Silence, bid
from harness.house import open_house, request
from harness.market import lead, nouns, offer
from outbid.api.auth import key_hash
from outbid.core.market.noun import Key, Payout, Seller, Source

ROLES = {
    "house": ("house", ""),
    "web": ("source", "web"),
    "web2": ("source", "web2"),
    "other": ("source", "other"),
    "acme": ("seller", "acme"),
    "stork": ("seller", "stork"),
    "zebra": ("buyer", "zebra-mutual"),
    "lynx": ("buyer", "lynx-direct"),
}
PERSON = {
    "first_name": "Xanthippe",
    "email": "xanthippe.q@example.com",
    "phone": "+15125550147",
    "zip": "73301",
    "birth_date": "1980-01-31",
    "street": "1 Secret Lane",
}
SECRETS = [
    "zebra", "lynx", "37.31", "37310000", "7.46", "11.11", "sl_", "of_", "tok-9",
    "Xanthippe", "xanthippe", "5550147", "555-0147", "1980-01-31", "Secret Lane", "73301", "no thanks", "ref-77",
]  # fmt: skip


def _silent(got):
    raise Silence


def market(port: int) -> dict:
    found = nouns([offer("zebra-auto", port, buyer="zebra-mutual"), offer("lynx-auto", port, buyer="lynx-direct")])
    found["seller"]["stork"] = Seller(slug="stork")
    for slug, seller in (("web2", "acme"), ("other", "stork")):
        found["source"][slug] = Source(slug=slug, seller=seller, campaign="auto", payout=Payout(share="80%"))
    for slug, (holder, owner) in ROLES.items():
        found["key"][slug] = Key(slug=slug, holder=holder, owner=owner, hash=key_hash(f"ob_{slug}"))
    return found


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def told(worker_database):
    """A house with a lead of every outcome, each sent by the source `web`, and what its seller was told."""
    await worker_database.empty()
    async with Buyers() as buyers:
        buyers.on("zebra-mutual", ping=bid("37.31", "tok-9"), post=ACCEPT | {"price": "37.31", "reference": "ref-77"})
        buyers.on("lynx-direct", ping=bid("11.11"), post=REJECT)
        async with open_house(worker_database.url, worker_database.app_url, market(buyers.port)) as house:
            found = {}
            found["sold"] = await house.sell(PERSON, key="ob_web")
            found["duplicate"] = await house.sell(PERSON, key="ob_web")
            found["flawed"] = await house.sell(PERSON | {"zip": "Xanthippe", "phone": "5550147"}, key="ob_web")
            buyers.on("zebra-mutual", ping=REJECT)
            found["unsold"] = await house.sell(lead(first_name="Xanthippe"), key="ob_web")
            buyers.on("zebra-mutual", ping=bid("37.31"), post=_silent)
            found["pending"] = await house.sell(lead(first_name="Xanthippe"), key="ob_web")
            yield house, found


OUTCOMES = ["sold", "duplicate", "flawed", "unsold", "pending"]
SEEN = {"house": 200, "web": 200, "acme": 200, "web2": 404, "other": 404, "stork": 404, "zebra": 403, "lynx": 403}


async def look(house, name, key):
    return await request(house.port, "GET", f"/v1/leads/{name}", key=key)


@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("role", [*ROLES, None, "nobody"])
async def test_a_lead_is_seen_by_its_own_seller_and_the_house_and_nobody_else(told, role, outcome):
    house, answers = told
    name = answers[outcome].json["lead"]
    answer = await look(house, name, role and f"ob_{role}")
    expected = SEEN.get(role, 401)
    assert answer.status == expected, answer
    if expected == 200:
        assert answer.json["lead"] == name
    else:
        codes = {401: "key_missing" if role is None else "key_unknown", 403: "key_not_allowed", 404: "lead_unknown"}
        assert_problem(answer, expected, codes[expected])
        assert name.encode() not in answer.body


@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("role", ["web", "acme", "house", "other", "zebra", None])
async def test_no_answer_tells_of_buyers_bids_margin_or_persons(told, role, outcome):
    house, answers = told
    later = await look(house, answers[outcome].json["lead"], role and f"ob_{role}")
    for answer in (answers[outcome], later):
        shown = answer.body.decode() + repr(answer.headers)
        assert [secret for secret in SECRETS if secret in shown] == []


async def test_the_answer_later_is_the_answer_at_once(told):
    house, answers = told
    for outcome in ("sold", "unsold", "pending"):
        assert (await look(house, answers[outcome].json["lead"], "ob_web")).json == answers[outcome].json


async def test_a_lead_of_another_looks_like_one_that_is_not(told):
    house, answers = told
    name = answers["sold"].json["lead"]
    theirs = await look(house, name, "ob_other")
    nobodys = await look(house, name[:-3] + ("000" if name[-3:] != "000" else "001"), "ob_other")
    assert theirs.body == nobodys.body


@pytest.mark.parametrize(
    "name",
    ["ld_", "ld_1", "sl_" + "0" * 29, "ld_" + "0" * 29, "ld_" + "v" * 29, "ld_" + "!" * 29, "ld_%00", "null", "1", "é" * 32,
     "ld_" + "x" * 29, "ld_" + "ß" * 14 + "0", "..", "*"],
)  # fmt: skip
async def test_what_is_no_id_is_an_unknown_lead(told, name):
    house, _ = told
    answer = await look(house, quote(name, safe="%"), "ob_web")
    assert answer.status == 404
    assert answer.json["code"] in ("lead_unknown", "not_found")


async def test_an_id_that_ends_with_an_equals_sign_is_an_unknown_lead(told):
    house, _ = told
    assert_problem(await look(house, "ld_" + "0" * 28 + "=", "ob_web"), 404, "lead_unknown")


@pytest.mark.parametrize("role", [*ROLES, None, "nobody"])
@pytest.mark.parametrize("path", ["/", "/healthz", "/readyz", "/v1/reasons", "/v1/schema/openapi.json"])
async def test_what_anybody_may_see_holds_nothing_of_the_market(told, path, role):
    house, _ = told
    answer = await request(house.port, "GET", path, key=role and f"ob_{role}")
    assert answer.status == 200
    words = set(re.findall(r"\w+", answer.body.decode()))  # whole ones: an arrival is no rival
    assert words & {"zebra", "lynx", "acme", "stork", "web2"} == set()


@pytest.mark.parametrize("role", ["house", "acme", "stork", "zebra", "lynx"])
async def test_only_sources_post_leads(told, role):
    house, _ = told
    assert_problem(await house.sell(lead(), key=f"ob_{role}"), 403, "key_not_allowed")


async def test_every_lead_is_accounted_to_the_source_of_its_key(told):
    house, _ = told
    answer = await house.sell(lead(source="web", seller="acme"), key="ob_other")
    assert (await look(house, answer.json["lead"], "ob_web")).status == 404
    assert (await look(house, answer.json["lead"], "ob_stork")).status == 200
