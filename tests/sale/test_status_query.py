"""A buyer who timed out is asked how the post ended: what he says clearly counts, once, and nothing else does."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from harness.buyers import ACCEPT, HangUp, Silence, bid, http
from harness.house import open_house, request, until
from harness.market import lead, nouns, offer
from outbid.api.auth import key_hash
from outbid.cli.shown.explain import explain_lead
from outbid.core.ids import LEAD, parse
from outbid.core.lead import event as ev
from outbid.core.market.noun import Key
from outbid.core.scope import HOUSE
from outbid.exchange.revive import traffic_of
from outbid.exchange.work import inquiring
from outbid.store import leads


def silent(got):
    raise Silence


def hang_up(got):
    raise HangUp


def market(buyers, **status):
    url = f"http://127.0.0.1:{buyers.port}/a/status?sale={{sale}}&ref={{ref}}&token={{token}}"
    delivery = {"status": {"url": url, "first_s": 1, "most_s": 1, "until_s": 60} | status}
    found = nouns([offer("a", buyers.port, post_ms=150, delivery=delivery), offer("b", buyers.port)])
    found["key"]["house"] = Key(slug="house", holder="house", hash=key_hash("ob_house"))
    return found


async def doubted(house, buyers, status):
    """A lead of which a post has no answer, and how the buyer answers to questions about it."""
    buyers.on("a", ping=bid("9", "tok 7"), post=silent)
    buyers.on("b", ping=bid("5"), post=ACCEPT)
    buyers.replies["a", "status"] = status
    answer = (await house.sell(lead(first_name="Xanthippe"))).json
    assert answer["outcome"] == "pending"
    return answer["lead"]


async def of(house, name, kind):
    return [event for event in await house.events(name) if isinstance(event, kind)]


async def ended(house, name):
    async def is_closed() -> bool:
        return (await house.state(name)).stage == "closed"

    await until(is_closed, 15)
    return await house.state(name)


@pytest.mark.parametrize(
    ("said", "status", "winner"), [("accepted", "sold", "a"), ("rejected", "sold", "b"), (True, "sold", "a")]
)
async def test_what_he_says_clearly_counts(database_url, app_database_url, buyers, said, status, winner):
    async with open_house(database_url, app_database_url, market(buyers)) as house:
        name = await doubted(house, buyers, {"status": said})
        state = await ended(house, name)
        sold = next(sale for sale in state.sales if sale.status == "sold")
        offers = {offer.slug: number for number, offer in house.process.exchange.market.offers.items()}
        assert (state.status, sold.offer) == (status, offers[winner])
        (settled,) = await of(house, name, ev.Settled)
        assert (settled.outcome, settled.by) == ("sold" if winner == "a" else "rejected", inquiring.BY)
        assert len(buyers.got["a", "status"]) == 1, "who has said it is asked no more"
        assert len(buyers.posts("a")) == 1
        assert (await house.balance()).faults == ()


async def test_he_is_told_names_alone_and_the_timeline_shows_each_question(database_url, app_database_url, buyers):
    says = iter(
        [hang_up, http(500, b"{}"), b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>", {"status": "pending"}]
    )

    def answer(got):
        said = next(says, {"status": "ok"})
        return said(got) if callable(said) else said

    async with open_house(database_url, app_database_url, market(buyers)) as house:
        name = await doubted(house, buyers, answer)
        state = await ended(house, name)
        reasons = [(event.outcome, event.reason) for event in await of(house, name, ev.Inquired)]
        assert reasons[1:] == [
            ("unknown", "server_error"), ("unknown", "nonsense"), ("unknown", "undecided"), ("sold", ""),
        ]  # fmt: skip
        assert reasons[0][0] == "unknown"
        exchange = house.process.exchange
        _, identifier = parse(LEAD, name)
        buyer = next(offer.buyer for offer in exchange.market.offers.values() if offer.slug == "a")
        asked = buyers.got["a", "status"]
        query = f"?sale={state.sales[0].id}&ref={exchange.vault.reference(identifier, buyer)}&token=tok%207"
        assert {got.path for got in asked} == {f"/a/status{query}"}
        assert {got.body for got in asked} == {b""}
        record = await leads.read(house.connection, HOUSE, 0, identifier)
        told = explain_lead(record, exchange.market, exchange.vault, []).text
        assert told.count("the buyer was asked how it ended") == 5
        assert "settled as sold by status query" in told
        calls = traffic_of(exchange.vault, record, await leads.traffic(house.connection, HOUSE, 0, identifier))
        assert [call.row.step for call in calls].count("inquire") == 5


async def test_who_is_silent_is_asked_until_the_time_is_over(database_url, app_database_url, buyers, monkeypatch):
    monkeypatch.setattr(inquiring, "MOST_S", 0.1)
    async with open_house(database_url, app_database_url, market(buyers, until_s=3)) as house:
        name = await doubted(house, buyers, silent)

        async def is_over() -> bool:
            return not await house.connection.fetchval("select count(*) from job where kind = 'inquire'")

        await until(is_over, 15)
        asked = await of(house, name, ev.Inquired)
        assert 1 <= len(asked) <= 3
        assert {(event.outcome, event.reason) for event in asked} == {("unknown", "timed_out")}
        state = await house.state(name)
        assert (state.status, state.sales[0].status) == ("uncertain", "uncertain"), "it waits for a person"


async def test_of_a_person_and_the_buyer_the_first_is_heard_and_of_two_processes_one_asks(
    database_url, app_database_url, buyers
):
    """The person settles while the buyer thinks: his answer comes too late, and moves nothing."""
    told = asyncio.Event()

    async def slow(got):
        await told.wait()
        return {"status": "accepted"}

    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(open_house(database_url, app_database_url, market(buyers)))
        await stack.enter_async_context(open_house(database_url, app_database_url))
        name = await doubted(first, buyers, slow)
        await until(lambda: buyers.got["a", "status"], 10)
        sale, json = (await first.state(name)).sales[0].id, ("Content-Type: application/json",)
        path = f"/v1/sales/{sale}/settle"
        verdict = await request(first.port, "POST", path, b'{"outcome":"rejected"}', key="ob_house", headers=json)
        assert verdict.status == 202
        state = await ended(first, name)
        told.set()

        async def is_done() -> bool:
            return not await first.connection.fetchval("select count(*) from job where kind = 'inquire'")

        await until(is_done, 15)
        assert [event.outcome for event in await of(first, name, ev.Settled)] == ["rejected"]
        assert await of(first, name, ev.Inquired) == []
        assert [sale.status for sale in state.sales] == ["rejected", "sold"]
        assert len(buyers.got["a", "status"]) == 1
        assert await first.connection.fetchval("select count(*) from job where state = 'dead'") == 0
        assert (await first.balance()).faults == ()


async def test_of_a_second_sale_in_doubt_the_buyer_is_asked_too(database_url, app_database_url, buyers):
    made = market(buyers)
    async with open_house(database_url, app_database_url, made) as house:
        buyers.on("a", ping=bid("9"), post=silent)
        buyers.on("b", ping=bid("5"), post=silent)
        buyers.replies["a", "status"] = {"status": "rejected"}
        buyers.replies["b", "status"] = {"status": "sold"}
        url = f"http://127.0.0.1:{buyers.port}/b/status/{{sale}}"
        both = nouns(
            [
                offer("a", buyers.port, post_ms=150, delivery=dict(_status(made, "a"))),
                offer("b", buyers.port, post_ms=150, delivery={"status": {"url": url, "first_s": 1}}),
            ]
        )
        await house.change(both)
        name = (await house.sell(lead())).json["lead"]
        state = await ended(house, name)
        assert [sale.status for sale in state.sales] == ["rejected", "sold"]


def _status(made, slug):
    return {"status": made["offer"][slug].delivery.settings["status"]}
