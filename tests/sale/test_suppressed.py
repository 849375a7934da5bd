"""Suppression lists: whoever is on a buyer's is not offered to him, and whoever is on the house's is refused."""

import asyncio
from hashlib import sha256

import msgspec
import pytest

from harness.buyers import ACCEPT, bid
from harness.house import open_house, request, until
from harness.market import CHECKS, lead, nouns, offer
from harness.receipts import receipts_of
from outbid.api.auth import key_hash
from outbid.core.lead import event as ev
from outbid.core.market.noun import KINDS

REFUSES = {"checks": [*CHECKS, {"plugin": "suppressed"}]}


def market(slugs, port, **more):
    """Offers of as many buyers, each with a key, and one of the house's."""
    made = nouns([offer(slug, port) for slug in slugs], **more)
    holders = [("house", ""), *(("buyer", slug) for slug in slugs)]
    for holder, owner in holders:
        row = {
            "slug": f"k-{owner or holder}",
            "holder": holder,
            "owner": owner,
            "hash": key_hash(f"ob_{owner or holder}"),
        }
        made["key"][row["slug"]] = msgspec.convert(row, KINDS["key"])
    return made


async def suppress(house, body, *, key="ob_house", query=""):
    """Send lines for a list, and wait until the process looks into it."""
    path = "/v1/suppressions" if key == "ob_house" else "/v1/buyer/suppressions"
    told = await request(
        house.port, "POST", f"{path}{query}", body.encode(), key=key, headers=("Content-Type: text/csv",)
    )
    lists = await house.connection.fetchval("select count(*) from suppression_list")
    await until(lambda: len(house.process.exchange.barring.lists) == lists)
    return told


async def test_who_is_on_a_buyers_list_is_not_shown_to_him_and_the_next_buys(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("20"), post=ACCEPT)
    buyers.on("b", ping=bid("10"), post=ACCEPT)
    async with open_house(database_url, app_database_url, market("ab", buyers.port)) as house:
        person = lead()
        told = await suppress(house, f"{person['phone']}\n", key="ob_a")
        assert (told.status, told.json) == (200, {"changed": 1, "unchanged": 0, "bad_lines": 0, "bad": []})
        sold = await house.sell(person)
        assert (sold.json["outcome"], sold.json["price"]) == ("sold", "8.00")
        assert await receipts_of(house, sold) == {"a": ("skipped", "suppressed"), "b": ("sold", "")}
        assert buyers.pings("a") == []
        assert (await house.sell(lead())).json["price"] == "16.00", "others are sold to him as ever"


@pytest.mark.parametrize(
    "entry",
    [
        lambda p: p["email"].upper(),
        lambda p: f"({p['phone'][2:5]}) {p['phone'][5:8]}-{p['phone'][8:]}",
        lambda p: sha256(p["email"].encode()).hexdigest().upper(),
        lambda p: sha256(p["phone"].encode()).hexdigest(),
        lambda p: sha256(p["phone"][1:].encode()).hexdigest(),
        lambda p: sha256(p["phone"][2:].encode()).hexdigest(),
    ],
    ids=["email", "phone", "hashed email", "hashed E.164", "hashed without +", "hashed without country"],
)
async def test_plain_values_and_hashes_of_their_normal_forms_are_one(database_url, app_database_url, buyers, entry):
    buyers.on("a", ping=bid("20"), post=ACCEPT)
    async with open_house(database_url, app_database_url, market("a", buyers.port)) as house:
        person = lead()
        await suppress(house, entry(person), query="?buyer=a")
        told = (await house.sell(person)).json
        assert (told["outcome"], told["reason"]) == ("unsold", "known_to_buyers")


async def test_a_lead_that_brings_a_hash_instead_of_the_value_is_found(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("20"), post=ACCEPT)
    async with open_house(database_url, app_database_url, market("a", buyers.port)) as house:
        person = lead()
        await suppress(house, person["email"], query="?buyer=a")
        hashed = person | {"email": sha256(person["email"].encode()).hexdigest()}
        assert (await house.sell(hashed)).json["outcome"] == "unsold"


async def test_who_is_put_on_a_list_while_his_lead_is_auctioned_is_passed_by_at_the_hold(
    database_url, app_database_url, buyers
):
    person = lead()
    other = {"phone": lead()["phone"]}

    async def listed_meanwhile(got):
        await suppress(house, person["email"], key="ob_a")
        return bid("20")

    buyers.on("a", ping=listed_meanwhile, post=ACCEPT)
    buyers.on("b", ping=bid("10"), post=ACCEPT)
    async with open_house(database_url, app_database_url, market("ab", buyers.port)) as house:
        await suppress(house, other["phone"], key="ob_a")
        sold = await house.sell(person)
        assert (sold.json["outcome"], sold.json["price"]) == ("sold", "8.00")
        assert await receipts_of(house, sold) == {"a": ("no_room", "suppressed"), "b": ("sold", "")}
        assert [len(buyers.posts(slug)) for slug in "ab"] == [0, 1]
        passed = [event for event in await house.events(sold.json["lead"]) if isinstance(event, ev.NoRoom)]
        assert [(event.account, event.reason) for event in passed] == [("", "suppressed")]
        assert (await house.balance()).faults == ()


async def test_who_is_on_the_houses_list_is_refused_where_the_campaign_checks_it(
    database_url, app_database_url, buyers
):
    buyers.on("a", ping=bid("20"), post=ACCEPT)
    async with open_house(database_url, app_database_url, market("a", buyers.port, campaign_more=REFUSES)) as house:
        person = lead()
        await suppress(house, person["phone"])
        refused = await house.sell(person)
        assert (refused.status, refused.json["code"]) == (422, "suppressed")
        assert [error["pointer"] for error in refused.json["errors"]] == ["/phone"]
        assert buyers.pings("a") == []
        claims = "select count(*) from claim where expires_at > now()"
        assert await house.connection.fetchval(claims) == 0, "what is refused gives its claims up"
        assert (await house.sell(lead())).json["outcome"] == "sold"
        await house.change(market("a", buyers.port))
        assert (await house.sell(person | {"take": 2})).json["outcome"] == "sold", "nobody checks it"


async def test_the_houses_list_counts_at_the_hold_too(database_url, app_database_url, buyers):
    person = lead()

    async def listed_meanwhile(got):
        await suppress(house, person["email"])
        return bid("20")

    buyers.on("a", ping=listed_meanwhile, post=ACCEPT)
    async with open_house(database_url, app_database_url, market("a", buyers.port, campaign_more=REFUSES)) as house:
        await suppress(house, lead()["phone"])
        told = (await house.sell(person)).json
        assert (told["outcome"], told["reason"]) == ("unsold", "known_to_buyers")
        assert buyers.posts("a") == []


async def test_a_quoted_lead_is_looked_up_when_it_is_posted(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("20"), post=ACCEPT)
    facts = {"zip": "78701", "state": "TX"}
    async with open_house(database_url, app_database_url, market("a", buyers.port)) as house:
        person = lead(**facts)
        await suppress(house, person["phone"], key="ob_a")
        reads = house.process.exchange.barring.reads
        quote = await request(house.port, "POST", "/v1/pings", msgspec.json.encode(facts))
        assert quote.json["outcome"] == "quoted"
        assert house.process.exchange.barring.reads == reads, "of nobody nothing is looked up"
        told = (await house.sell(person | {"ping_id": quote.json["ping"]})).json
        assert (told["outcome"], told["reason"]) == ("unsold", "bids_gone")


async def test_an_entry_ends_and_can_be_taken_off(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("20"), post=ACCEPT)
    async with open_house(database_url, app_database_url, market("a", buyers.port)) as house:
        people = [lead() for _ in range(3)]
        body = "\n".join(person["phone"] for person in people)
        assert (await suppress(house, body, key="ob_a", query="?days=30")).json["changed"] == 3
        assert (await suppress(house, body, key="ob_a", query="?days=60")).json == {
            "changed": 0, "unchanged": 3, "bad_lines": 0, "bad": [],
        }  # fmt: skip
        assert (await house.sell(people[0])).json["outcome"] == "unsold"
        await house.connection.execute("update suppression set expires_at = now() - interval '1 second'")
        assert (await house.sell(people[1])).json["outcome"] == "sold"
        await suppress(house, body, key="ob_a")
        gone = await suppress(house, f"{people[2]['phone']}\n{lead()['phone']}", key="ob_a", query="?action=remove")
        assert gone.json == {"changed": 1, "unchanged": 1, "bad_lines": 0, "bad": []}
        assert (await house.sell(people[2])).json["outcome"] == "sold"
        assert (await house.sell(people[0] | {"take": 2})).json["outcome"] == "unsold"


async def test_many_leads_at_once_are_looked_up_together(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("20"), post=ACCEPT)
    async with open_house(database_url, app_database_url, market("a", buyers.port)) as house:
        people = [lead() for _ in range(40)]
        await suppress(house, "\n".join(person["phone"] for person in people[:20]), key="ob_a")
        outcomes = await asyncio.gather(*(house.sell(person) for person in people))
        assert [answer.json["outcome"] for answer in outcomes] == ["unsold"] * 20 + ["sold"] * 20
        assert 0 < house.process.exchange.barring.reads < 40
