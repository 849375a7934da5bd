"""Enrichers that ask nobody: places of ZIP codes and computed fields; and enrichers that read what others give."""

import msgspec

from api.operator.asking import ask
from harness.buyers import ACCEPT, bid
from harness.house import open_house, request
from harness.market import FIELDS, lead, nouns, offer
from outbid.api.auth import key_hash
from outbid.core.lead import event as ev
from outbid.core.lead.exposure import exposure
from outbid.core.market.noun import Key
from outbid.core.replay.replay import replay
from outbid.core.route import Plan
from sale.test_enrichment import enriched, places, record_of

MORE_FIELDS = [
    *FIELDS,
    {"name": "city", "type": "text"},
    {"name": "county", "type": "text"},
    {"name": "area", "type": "text"},
    {"name": "mail", "type": "text", "personal": True},
    {"name": "street", "type": "text", "personal": True},
]
PLACE = {"plugin": "zip_place", "settings": {"fields": {"city": "city", "county": "county"}}}
AREA = {
    "plugin": "computed",
    "name": "area",
    "settings": {"fields": {"area": {"value": "county", "map": {"Travis County": "central"}, "otherwise": "far"}}},
}
POST = {"first": "first_name", "city": "city", "area": "area", "token": "@token"}
WANTS = {"fact": "area", "equals": "central"}


def market(port, *enrichers, **more):
    offers = [offer("a", port, filter=WANTS, delivery={"ping": {"area": "area"}, "post": POST})]
    found = nouns(offers, campaign_more={"fields": MORE_FIELDS, "enrichers": list(enrichers)} | more)
    found["key"]["t"] = Key(slug="t", holder="source", owner="web", hash=key_hash("ob_t"), test=True)
    found["key"]["house"] = Key(slug="house", holder="house", hash=key_hash("ob_house"))
    return found


async def test_what_is_worked_out_of_the_zip_decides_and_is_told(database_url, app_database_url, buyers):
    """Named in the wrong order, `area` would come first; it reads what `zip_place` gives, and so comes after it."""
    buyers.on("a", ping=bid("10"), post=ACCEPT)
    async with open_house(database_url, app_database_url, market(buyers.port, PLACE, AREA)) as house:
        answer = await house.sell(lead())
        assert answer.json["outcome"] == "sold"
        assert buyers.pings("a")[0].json == {"area": "central"}
        assert buyers.posts("a")[0].json["city"] == "Austin"
        told = [(each.enricher, each.outcome, each.facts, each.sent) for each in await enriched(house, answer)]
        assert told == [
            ("zip_place", "learned", {"city": "Austin", "county": "Travis County"}, False),
            ("area", "learned", {"area": "central"}, False),
        ]
        record, known = await record_of(house, answer)
        plan = Plan(known.campaigns[record.campaign], known.sources[record.source])
        facts, events = msgspec.json.decode(record.facts), await house.events(answer.json["lead"])
        assert [each.step for each in exposure(plan, facts, events)] == ["ping", "post"], "nobody saw it before"
        await house.connection.execute("delete from lead_key")
        assert replay(plan, facts, events) == []
        forged = [event for event in events if not isinstance(event, ev.Enriched)]
        assert replay(plan, facts, forged) != []


async def test_a_service_is_told_what_another_gave(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("10"), post=ACCEPT)
    buyers.replies["places", "ask"] = {"street": "1 Hidden Lane"}
    service = places(buyers.port, settings={"request": {"in": "city", "area": "area"}, "reply": {"street": "street"}})
    async with open_house(database_url, app_database_url, market(buyers.port, service, PLACE, AREA)) as house:
        answer = await house.sell(lead())
        assert answer.json["outcome"] == "sold"
        told = [(each.enricher, each.outcome) for each in await enriched(house, answer)]
        assert told == [("places", "skipped"), ("zip_place", "learned"), ("area", "learned")], "it stands before them"
        await house.change(market(buyers.port, PLACE, AREA, service))
        answer = await house.sell(lead())
        told = [(each.enricher, each.outcome) for each in await enriched(house, answer)]
        assert told == [("zip_place", "learned"), ("area", "learned"), ("places", "learned")]
        assert [got.json for got in buyers.got["places", "ask"]] == [{"in": "Austin", "area": "central"}]


async def test_a_test_lead_and_a_dry_run_are_worked_out_too(database_url, app_database_url, buyers):
    async with open_house(database_url, app_database_url, market(buyers.port, PLACE, AREA)) as house:
        answer = await house.sell(lead(), key="ob_t")
        assert answer.json["outcome"] == "sold"
        assert [each.outcome for each in await enriched(house, answer)] == ["learned", "learned"]
        wish = {"source": "web", "fields": lead(), "bids": {"a": "10"}}
        foreseen = (await ask(house, "POST", "/v1/dry-run", wish)).json
        assert [(each["local"], each["gave"]) for each in foreseen["enrichers"]] == [
            (True, ["city", "county"]),
            (True, ["area"]),
        ]
        assert (foreseen["facts"]["area"], foreseen["ending"]["status"]) == ("central", "sold")


async def test_what_needs_the_person_is_worked_out_at_the_post(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("10"), post=ACCEPT)
    mail = {
        "plugin": "computed",
        "name": "mail",
        "settings": {"fields": {"mail": "email | before @"}},
    }
    found = market(buyers.port, PLACE, AREA, mail, ping_fields=["zip", "state"])
    async with open_house(database_url, app_database_url, found) as house:
        told = {"zip": "78701", "state": "TX"}
        quote = await request(house.port, "POST", "/v1/pings", msgspec.json.encode(told))
        assert quote.json["outcome"] == "quoted"
        came = lead() | told
        answer = await house.sell(came | {"ping_id": quote.json["ping"]})
        assert answer.json["outcome"] == "sold"
        outcomes = [(each.enricher, each.outcome) for each in await enriched(house, answer)]
        assert outcomes[-3:] == [("zip_place", "learned"), ("mail", "learned"), ("area", "learned")]
        chapters = await house.connection.fetch("select events::text from chapter")
        assert came["email"].partition("@")[0] not in "".join(row[0] for row in chapters)
