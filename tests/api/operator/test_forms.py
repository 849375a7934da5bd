"""What forms are drawn from: schemas of nouns, and the facts that rules may speak of."""

from api.operator.asking import ask
from api.problems import assert_problem, pointers
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


async def test_a_faulty_filter_or_bid_is_told_with_its_place(house):
    wish = {"filter": {"all": [{"fact": "nothing", "equals": "1"}]}}
    answer = await ask(house, "POST", "/v1/campaigns/auto/count", wish)
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/filter/all/0/fact")
    answer = await ask(house, "POST", "/v1/campaigns/auto/count", {"bid": "a lot"})
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/bid")


async def test_values_are_judged_by_the_type_of_their_field(house):
    path = "/v1/campaigns/auto/facts/values"
    told = await ask(house, "POST", path, {"fact": "amount", "values": ["7", " 8", "seven", "7.0", ""]})
    assert told.status == 200, told.body
    assert told.json["values"] == ["7", "8"]
    assert [(one["at"], one["value"]) for one in told.json["wrong"]] == [(2, "seven"), (4, "")]
    assert told.json["wrong"][0]["detail"] == "amount: write a number, not 'seven'"
    unknown = await ask(house, "POST", path, {"fact": "shoe", "values": []})
    assert pointers(assert_problem(unknown, 422, "body_faulty")) == ["/fact"]
    many = await ask(house, "POST", path, {"fact": "amount", "values": [str(n) for n in range(100_000)]})
    assert (len(many.json["values"]), many.json["wrong"]) == (100_000, [])
    more = await ask(house, "POST", path, {"fact": "amount", "values": ["1"] * 100_001})
    assert pointers(assert_problem(more, 422, "body_faulty")) == ["/values"]
