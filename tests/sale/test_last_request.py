"""Only the last request of a conversation may tell of the lead: what a delivery asks for after that is not sent."""

import pytest
from msgspec.structs import replace

from harness.buyers import ACCEPT, bid
from harness.house import open_house
from harness.market import lead, nouns, offer
from outbid.core.lead import event as ev
from outbid.plugins.deliveries import json
from outbid.plugins.enrichers import http_append
from sale.test_enrichment import MORE_FIELDS, places


def twice(speak, *, has_lead):
    """A delivery that makes its request two times; `has_lead`: what it says of the first."""

    def talk(ask, bound):
        http = next(speak(ask, bound))
        yield replace(http, has_lead=has_lead)
        return (yield from speak(ask, bound))

    return talk


@pytest.mark.parametrize(("has_lead", "requests", "outcome"), [(True, 1, "uncertain"), (False, 2, "sold")])
async def test_a_post_that_told_of_the_lead_is_the_last(
    database_url, app_database_url, buyers, monkeypatch, has_lead, requests, outcome
):
    buyers.on("a", ping=bid("10"), post=ACCEPT)
    monkeypatch.setattr(json, "post", twice(json.post, has_lead=has_lead))
    async with open_house(database_url, app_database_url, nouns([offer("a", buyers.port)])) as house:
        answered = (await house.sell(lead())).json
        assert len(buyers.posts("a")) == requests
        status = (await house.state(answered["lead"])).sales[0].status
        assert status == outcome


@pytest.mark.parametrize(("has_lead", "requests", "outcome"), [(True, 1, "nonsense"), (False, 2, "bid")])
async def test_a_ping_that_told_of_the_lead_is_the_last(
    database_url, app_database_url, buyers, monkeypatch, caplog, has_lead, requests, outcome
):
    buyers.on("a", ping=bid("10"), post=ACCEPT)
    buyers.on("b", ping=bid("9"), post=ACCEPT)
    spoken = json.ping
    odd = twice(spoken, has_lead=has_lead)
    monkeypatch.setattr(json, "ping", lambda ask, bound: (odd if "/a/" in bound.ping_to.path else spoken)(ask, bound))
    rows = nouns([offer("a", buyers.port), offer("b", buyers.port)])
    async with open_house(database_url, app_database_url, rows) as house:
        answered = (await house.sell(lead())).json
        assert answered["outcome"] == "sold"
        assert len(buyers.pings("a")) == requests
        (pinged,) = [event for event in await house.events(answered["lead"]) if isinstance(event, ev.Pinged)]
        outcomes = {house.process.exchange.market.campaigns[1].offers[line.offer].slug: line for line in pinged.bids}
        assert outcomes["a"].outcome == outcome
        assert outcomes["b"].outcome == "bid"


@pytest.mark.parametrize(("has_lead", "requests", "outcome"), [(True, 1, "failed"), (False, 2, "learned")])
async def test_an_enricher_that_told_of_the_lead_has_asked_its_last(
    database_url, app_database_url, buyers, monkeypatch, has_lead, requests, outcome
):
    buyers.on("a", ping=bid("10"), post=ACCEPT)
    buyers.replies["places", "ask"] = {"place": {"city": "Austin", "street": "1 Main St"}}
    monkeypatch.setattr(http_append, "ask", twice(http_append.ask, has_lead=has_lead))
    more = {"fields": MORE_FIELDS, "enrichers": [places(buyers.port)]}
    rows = nouns([offer("a", buyers.port)], campaign_more=more)
    async with open_house(database_url, app_database_url, rows) as house:
        sold = (await house.sell(lead())).json
        assert sold["outcome"] == "sold"
        assert len(buyers.got["places", "ask"]) == requests
        (enriched,) = [event for event in await house.events(sold["lead"]) if isinstance(event, ev.Enriched)]
        assert enriched.outcome == outcome
