"""A stub of a seller for every platform sells a lead to the real exchange at a source made from the preset, over HTTP."""

from itertools import count

import pytest

from harness.buyers import ACCEPT, REJECT, bid
from harness.house import Answer, open_house, request
from outbid.plugins.presets import names
from presets.markets import ann, selling
from presets.posting import SELLERS, TEST_FLAGS, Seller, Understood

_NEXT = count(100)


def somebody(**more):
    """A person whom nobody has seen."""
    n = next(_NEXT)
    return ann(phone=f"512555{n:04}", email=f"p{n}@example.com") | more


async def sends(house, name: str, seller: Seller, step: str, lead, token=None, key: str = "") -> Understood:
    made = seller.request(step, lead, key or f"ob_{name}", token)
    path = f"/v1/in/{name.replace('_', '-')}/{made.rest}"
    found: Answer = await request(house.port, made.method, path, made.body, key=None, headers=made.headers)
    return seller.read(step, found)


@pytest.fixture
async def sold_in(database_url, app_database_url, buyers):
    """A function that opens the house of one seller."""
    return lambda name, form: open_house(
        database_url, app_database_url, selling([name], buyers.port, {name: form} if form else {})
    )


def test_every_preset_has_a_seller():
    assert {name for name, _, _ in SELLERS.values()} == set(names())


@pytest.mark.parametrize("who", SELLERS)
async def test_a_seller_who_speaks_it_sells_a_lead_and_understands_every_answer(sold_in, buyers, who):
    name, form, seller = SELLERS[who]
    pinged = bool(seller.token)
    buyers.on("a", ping=bid("10"), post=ACCEPT)
    async with sold_in(name, form) as house:
        person, token = somebody(), None
        if pinged:
            quoted = await sends(house, name, seller, "ping", person)
            assert (quoted.word, quoted.price) == ("yes", "8.00"), quoted
            token = quoted.token
            assert token
        sold = await sends(house, name, seller, "post", person, token)
        assert (sold.word, sold.price) in (("yes", "8.00"), ("yes", None)), sold
        assert len(buyers.pings("a")) == 1, "the post is the ping's, which was asked already"
        posted = buyers.posts("a")[0].json
        told = ("first_name", "last_name", "email", "zip", "state")
        assert {part: posted[part] for part in told} == {part: person[part] for part in told}
        assert posted["phone"] == f"+1{person['phone']}"
        assert posted["cover"] == person["cover"], "fields of the kind of lead go under their own names"
        assert f"ob_{name}" not in str(posted)

        again = await sends(house, name, seller, "post", person | {"sub_id": "another"})
        assert again.word == "duplicate", again
        wrong = await sends(house, name, seller, "post", somebody(phone="1"))
        assert wrong.word == "error"
        assert "phone" in wrong.detail, wrong
        denied = await sends(house, name, seller, "post", somebody(), key="ob_nobody")
        assert denied.word in ("error", "no"), denied
        broken = await request(house.port, "POST", f"/v1/in/{name.replace('_', '-')}/{seller.path}", b'{"a":', key=None)
        assert seller.read("post", broken).word in ("error", "no"), broken
        buyers.on("a", ping=REJECT)
        assert (await sends(house, name, seller, "post", somebody())).word == "no"
        if pinged:
            unquoted = await sends(house, name, seller, "ping", somebody(zip="33101"))
            assert unquoted.word == "no", unquoted
            assert (await sends(house, name, seller, "ping", somebody(zip="x"))).word == "error"


@pytest.mark.parametrize("who", TEST_FLAGS)
async def test_the_platforms_mark_of_a_test_is_heeded(sold_in, buyers, who):
    name, form, seller = SELLERS[who]
    flag, value = TEST_FLAGS[who]
    async with sold_in(name, form) as house:
        marked = await sends(house, name, seller, "post", somebody(**{flag: value}))
        assert marked.word == "yes", marked
        assert buyers.posts("a") == buyers.pings("a") == []
        assert await house.connection.fetchval("select test from lead")
