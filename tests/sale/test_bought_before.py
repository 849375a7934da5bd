"""Duplicate rules of buyers and offers: who bought a person is passed over, and the next one buys."""

import asyncio
from contextlib import AsyncExitStack

import msgspec
import pytest

from harness.buyers import ACCEPT, REJECT, Silence, bid
from harness.house import open_house, request, until
from harness.market import CHECKS, SECRET, lead, nouns, offer
from harness.receipts import receipts_of
from outbid.api.auth import key_hash
from outbid.core.lead import event as ev
from outbid.core.market.noun import KINDS
from outbid.core.market.problem import MarketError

RULE = {"duplicates": {"window_days": 30}}


def gathering(count):
    """Bids of so many leads that are told when all of them are there, so that all come as far as the hold."""
    all_there = asyncio.Barrier(count)

    async def bids(got):
        await all_there.wait()
        return bid("20")

    return bids


def market(offers, **more):
    """A house that takes a person as often as he is sent: its buyers have rules of their own."""
    campaign = {"checks": [check for check in CHECKS if check["plugin"] != "duplicate"]}
    return nouns(offers, campaign_more=campaign | more.pop("campaign_more", {}), **more)


def with_test_key(made):
    key = {"slug": "t", "holder": "source", "owner": "web", "test": True, "hash": key_hash("ob_tried")}
    made["key"]["t"] = msgspec.convert(key, KINDS["key"])
    return made


async def outcome(house, fields):
    """What became of a lead: its outcome, and why if it was not sold."""
    told = (await house.sell(fields)).json
    return told["outcome"], told.get("reason")


async def test_who_bought_a_person_is_passed_over_and_the_next_in_rank_buys(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("20"), post=ACCEPT)
    buyers.on("b", ping=bid("10"), post=ACCEPT)
    made = market([offer(slug, buyers.port) for slug in "ab"], buyers={"a": RULE})
    async with open_house(database_url, app_database_url, made) as house:
        person = lead()
        assert await outcome(house, person) == ("sold", None)
        second = await house.sell(person | {"take": 2})
        assert (second.json["outcome"], second.json["price"]) == ("sold", "8.00")
        assert await receipts_of(house, second) == {"a": ("skipped", "duplicate_at_buyer"), "b": ("sold", "")}
        assert [(len(buyers.pings(slug)), len(buyers.posts(slug))) for slug in "ab"] == [(1, 1), (2, 1)]
        assert (await house.balance()).faults == ()


async def test_where_nobody_else_is_left_the_lead_is_unsold_and_says_why(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("20"), post=ACCEPT)
    made = market([offer("a", buyers.port)], buyers={"a": RULE})
    async with open_house(database_url, app_database_url, made) as house:
        person = lead()
        assert await outcome(house, person) == ("sold", None)
        assert await outcome(house, person | {"take": 2}) == ("unsold", "known_to_buyers")
        assert await outcome(house, person | {"phone": lead()["phone"]}) == ("unsold", "known_to_buyers")
        assert await outcome(house, lead()) == ("sold", None)


async def test_whoever_asked_for_a_person_that_another_lead_got_meanwhile_passes_him_by_at_the_hold(
    database_url, app_database_url, buyers
):
    buyers.on("a", ping=gathering(2), post=ACCEPT)
    buyers.on("b", ping=bid("10"), post=ACCEPT)
    made = market([offer(slug, buyers.port) for slug in "ab"], buyers={"a": RULE})
    async with open_house(database_url, app_database_url, made) as house:
        person = lead()
        answers = await asyncio.gather(*(house.sell(person | {"take": n}) for n in range(2)))
        second = next(answer for answer in answers if answer.json["price"] == "8.00")
        assert await receipts_of(house, second) == {"a": ("no_room", "duplicate_at_buyer"), "b": ("sold", "")}
        passed = [e for e in await house.events(second.json["lead"]) if isinstance(e, ev.NoRoom)]
        assert [(event.account, event.reason) for event in passed] == [("", "duplicate_at_buyer")]
        assert [len(buyers.posts(slug)) for slug in "ab"] == [1, 1]
        assert (await house.balance()).faults == ()


async def test_a_claim_that_was_got_in_part_is_given_back(database_url, app_database_url, buyers):
    """The e-mail is another lead's and the phone is new: nobody bought him by that phone, so it is free."""
    buyers.on("a", ping=gathering(2), post=ACCEPT)
    made = market([offer("a", buyers.port)], buyers={"a": RULE})
    async with open_house(database_url, app_database_url, made) as house:
        people = [lead(email="ann@example.com"), lead(email="ann@example.com")]
        outcomes = await asyncio.gather(*(outcome(house, person) for person in people))
        assert sorted(outcomes) == [("sold", None), ("unsold", "known_to_buyers")]
        bought, other = sorted(people, key=lambda person: outcomes[people.index(person)])
        buyers.on("a", ping=bid("20"))
        assert await outcome(house, lead(phone=bought["phone"])) == ("unsold", "known_to_buyers")
        assert await outcome(house, lead(phone=other["phone"])) == ("sold", None)


async def test_a_hold_without_room_gives_its_claim_back(database_url, app_database_url, buyers):
    buyers.on("a", ping=gathering(2), post=ACCEPT)
    made = market([offer("a", buyers.port, caps=[{"window": "day", "leads": 1}])], buyers={"a": RULE})
    async with open_house(database_url, app_database_url, made) as house:
        outcomes = await asyncio.gather(outcome(house, lead()), outcome(house, lead()))
        assert sorted(outcomes) == [("sold", None), ("unsold", "no_room")]
        living = "select count(distinct lead_id) from claim where expires_at > now()"
        assert await house.connection.fetchval(living) == 1, "of the one that was sold"
        assert await house.connection.fetchval("select count(distinct lead_id) from claim") == 2


async def test_where_no_buyer_has_a_rule_or_a_list_nothing_is_looked_up(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("20"), post=ACCEPT)
    async with open_house(database_url, app_database_url, market([offer("a", buyers.port)])) as house:
        person = lead()
        assert [await outcome(house, person | {"take": n}) for n in range(2)] == [("sold", None)] * 2
        assert house.process.exchange.barring.reads == 0
        await house.change(market([offer("a", buyers.port)], buyers={"a": RULE}))
        assert await outcome(house, person | {"take": 3}) == ("sold", None)
        assert house.process.exchange.barring.reads == 1


async def test_a_reject_gives_the_person_back_and_a_sale_keeps_him(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("20"), post=REJECT)
    made = market([offer("a", buyers.port)], buyers={"a": RULE})
    async with open_house(database_url, app_database_url, made) as house:
        person = lead()
        assert await outcome(house, person) == ("unsold", "all_rejected")
        buyers.on("a", post=ACCEPT)
        assert await outcome(house, person | {"take": 2}) == ("sold", None)
        assert await outcome(house, person | {"take": 3}) == ("unsold", "known_to_buyers")


@pytest.mark.parametrize(("settled", "then"), [("rejected", "sold"), ("sold", "unsold")])
async def test_an_uncertain_sale_keeps_the_person_until_it_is_settled(
    database_url, app_database_url, buyers, settled, then
):
    def silent(got):
        raise Silence

    buyers.on("a", ping=bid("20"), post=silent)
    one = offer("a", buyers.port, post_ms=200, doubt={"after_s": 1, "outcome": settled})
    async with open_house(database_url, app_database_url, market([one], buyers={"a": RULE})) as house:
        person = lead()
        name = (await house.sell(person)).json["lead"]
        buyers.on("a", post=ACCEPT)
        assert await outcome(house, person | {"take": 2}) == ("unsold", "known_to_buyers")

        async def is_settled():
            return any(isinstance(event, ev.Settled) for event in await house.events(name))

        await until(is_settled, 15)
        assert (await outcome(house, person | {"take": 3}))[0] == then


async def test_the_window_is_counted_from_the_hold(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("20"), post=ACCEPT)
    made = market([offer("a", buyers.port)], buyers={"a": {"duplicates": {"window_days": 2, "fields": ["phone"]}}})
    async with open_house(database_url, app_database_url, made) as house:
        person = lead()
        sold = await house.sell(person)
        posting = next(e for e in await house.events(sold.json["lead"]) if isinstance(e, ev.Posting))
        ends = await house.connection.fetch("select scope, extract(epoch from expires_at) * 1000 from claim")
        buyer = next(iter(house.process.exchange.market.offers.values())).buyer
        assert [tuple(row) for row in ends] == [(f"buyer:{buyer}", posting.at_ms + 2 * 86_400_000)]
        await house.connection.execute("update claim set expires_at = now() - interval '1 second'")
        assert await outcome(house, person | {"take": 2}) == ("sold", None)


async def test_a_buyers_rule_is_for_all_his_offers_and_an_offers_for_itself(database_url, app_database_url, buyers):
    for slug in ("one", "two"):
        buyers.on(slug, ping=bid("20"), post=ACCEPT)
    of_offer = [offer(s, buyers.port, price=p, **RULE) | {"buyer": "b"} for s, p in (("one", "20"), ("two", "10"))]
    async with open_house(database_url, app_database_url, market(of_offer)) as house:
        person = lead()
        sold = [await house.sell(person | {"take": n}) for n in range(3)]
        assert [answer.json.get("price") for answer in sold] == ["16.00", "8.00", None]
        await house.change(market([row | {"duplicates": None} for row in of_offer], buyers={"b": RULE}))
        person = lead()
        sold = [await house.sell(person | {"take": n}) for n in range(2)]
        assert [answer.json.get("price") for answer in sold] == ["16.00", None]


async def test_all_fields_together_tell_a_person_where_that_is_the_rule(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("20"), post=ACCEPT)
    made = market([offer("a", buyers.port)], buyers={"a": {"duplicates": {"match": "all"}}})
    async with open_house(database_url, app_database_url, made) as house:
        person = lead()
        assert await outcome(house, person) == ("sold", None)
        assert await outcome(house, person | {"email": lead()["email"]}) == ("sold", None)
        assert await outcome(house, person | {"take": 2}) == ("unsold", "known_to_buyers")


async def test_a_buyer_gets_a_person_once_of_many_at_once_over_two_processes(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("20"), post=ACCEPT)
    made = market(
        [offer("a", buyers.port, post_ms=20_000)],
        buyers={"a": RULE},
        campaign_more={"tiers": [{"slug": "main", "deadline_ms": 20_000}]},
    )
    async with AsyncExitStack() as stack:
        one = await stack.enter_async_context(open_house(database_url, app_database_url, made))
        other = await stack.enter_async_context(open_house(database_url, app_database_url))
        people = [lead() for _ in range(5)]
        sent = [(n, person | {"take": n}) for person in people for n in range(20)]
        outcomes = await asyncio.gather(*(outcome((one, other)[n % 2], fields) for n, fields in sent))
        assert sorted(outcomes) == [("sold", None)] * 5 + [("unsold", "known_to_buyers")] * 95
        assert len({got.json["phone"] for got in buyers.posts("a")}) == len(buyers.posts("a")) == 5


async def test_a_quoted_lead_is_looked_at_when_it_is_posted(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("20"), post=ACCEPT)
    buyers.on("b", ping=bid("15"), post=ACCEPT)
    made = market([offer(slug, buyers.port) for slug in "ab"], buyers={"a": RULE, "b": RULE})
    facts = {"zip": "78701", "state": "TX"}
    async with open_house(database_url, app_database_url, made) as house:
        quotes = [await request(house.port, "POST", "/v1/pings", msgspec.json.encode(facts)) for _ in range(3)]
        person = lead(**facts)
        posts = [person | {"ping_id": quote.json["ping"]} for quote in quotes]
        assert await outcome(house, posts[0]) == ("sold", None)
        assert await outcome(house, posts[1]) == ("unsold", "bids_gone"), "the other one pays less than was promised"
        assert len(buyers.posts("b")) == 0


async def test_a_test_lead_claims_nobody(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("20"), post=ACCEPT)
    made = with_test_key(market([offer("a", buyers.port)], buyers={"a": RULE}))
    async with open_house(database_url, app_database_url, made) as house:
        person = lead()
        tried = [(await house.sell(person | {"take": n}, key="ob_tried")).json["outcome"] for n in range(2)]
        assert tried == ["sold", "sold"]
        assert await house.connection.fetchval("select count(*) from claim") == 0
        assert (await house.sell(person, key=SECRET)).json["outcome"] == "sold"


@pytest.mark.parametrize(
    ("kind", "rule", "path"),
    [
        ("offer", {"fields": ["ssn"]}, ("duplicates",)),
        ("offer", {"fields": ["phone", "ssn"], "match": "all"}, ("duplicates",)),
        ("buyer", {"fields": ["ssn"]}, ("buyer",)),
    ],
)
async def test_a_rule_by_fields_that_the_campaign_does_not_have_is_refused(
    database_url, app_database_url, buyers, kind, rule, path
):
    row = {"duplicates": rule}
    made = market(
        [offer("a", buyers.port, **(row if kind == "offer" else {}))], buyers={"a": row if kind == "buyer" else {}}
    )
    with pytest.raises(MarketError) as refused:
        async with open_house(database_url, app_database_url, made):
            pass
    assert [(found.kind, found.path) for found in refused.value.problems] == [("offer", path)]
    assert "ssn" in refused.value.problems[0].sentence
