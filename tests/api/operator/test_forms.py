"""What forms are drawn from: schemas of nouns, and the facts that rules may speak of."""

from api.operator.asking import ask
from outbid.core.market.noun import KINDS
from outbid.core.match.filter import OPERATORS


async def test_every_kind_tells_its_schema(house):
    answer = await ask(house, "GET", "/v1/kinds")
    rows = {row["kind"]: row for row in answer.json["items"]}
    assert set(rows) == set(KINDS) - {"key"}
    offer = rows["offer"]["schema"]["$defs"]["Offer"]
    assert {"buyer", "filter", "delivery"} <= set(offer["properties"])
    assert rows["offer"]["plural"] == "offers"


async def test_a_campaign_tells_the_facts_that_its_rules_may_speak_of(house):
    answer = await ask(house, "GET", "/v1/campaigns/auto/facts")
    rows = {row["fact"]: row for row in answer.json["items"]}
    assert rows["birth_date.age"] == {
        "fact": "birth_date.age",
        "kind": "number",
        "operators": list(OPERATORS["number"]),
        "field": "birth_date",
        "type": "date",
    }
    assert rows["zip"]["places"] is True
    assert "first_name" not in rows, "what is personal is no fact"


async def test_an_unknown_campaign_is_named(house):
    answer = await ask(house, "GET", "/v1/campaigns/nothing/facts")
    assert (answer.status, answer.json["code"]) == (404, "noun_unknown")
    assert "nothing" in answer.json["detail"]
