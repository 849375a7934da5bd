"""A delivery tried: rendered, read against a given answer, sent with a made-up lead, or rendered for a past one."""

import pytest_asyncio
from msgspec import convert

from api.operator.asking import ask
from api.operator.test_enrichment import described
from harness.buyers import ACCEPT, Buyers, bid
from harness.house import open_house
from harness.market import lead, nouns, offer
from outbid.api.auth import key_hash
from outbid.core.market.noun import Key

POST = {
    "person.name": "first_name | upper",
    "zip": "zip",
    "born": {"value": "birth_date", "then": "date %m/%d/%Y", "when": {"fact": "state", "equals": "CA"}},
    "token": "@token",
    "price": "@price",
    "api_key": "=hush-hush-hush",
    "test": {"value": "@test", "map": {"true": "1"}},
}
PATH = "/v1/offers/a/try"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(worker_database):
    await worker_database.empty()
    async with Buyers() as buyers:
        buyers.on("a", ping=bid("12.50", "t-77"), post=ACCEPT)
        found = nouns([offer("a", buyers.port, delivery={"post": POST, "ping": {"zip": "zip"}})])
        found["key"]["house"] = convert({"slug": "house", "holder": "house", "hash": key_hash("ob_house")}, Key)
        async with open_house(worker_database.url, worker_database.app_url, found) as open_:
            open_.buyers = buyers
            yield open_


async def test_it_is_rendered_and_each_value_says_where_it_comes_from(house):
    before = len(house.buyers.got)
    told = await ask(house, "POST", PATH, {"fields": {"first_name": "Zoe", "zip": "94110", "state": "CA"}})
    assert told.status == 200, told.json
    await described(house, told, "/v1/offers/{slug}/try", "post")
    ping, post = told.json["steps"]
    assert (ping["step"], post["step"]) == ("ping", "post")
    assert [call["failure"] for call in (*ping["calls"], *post["calls"])] == ["only_rendered", "only_rendered"]
    assert ping["calls"][0]["body"] == '{"zip":"94110"}'
    keys = {key["key"]: key for key in post["keys"]}
    assert (keys["person.name"]["gives"], keys["person.name"]["reads"]) == ("ZOE", {"first_name": "Zoe"})
    assert (keys["test"]["gives"], keys["price"]["gives"]) == ("1", "10.00")
    assert keys["born"]["reads"]["state"] == "CA"
    assert '"api_key":"_hidden_"' in post["calls"][0]["body"]
    assert "hush" not in repr(told.json)
    assert len(house.buyers.got) == before, "nobody was asked"


async def test_what_is_left_out_says_why(house):
    told = await ask(house, "POST", PATH, {"fields": {"state": "TX", "first_name": None}, "steps": ["post"]})
    keys = {key["key"]: key for key in told.json["steps"][0]["keys"]}
    assert (keys["born"]["gives"], keys["born"]["why"]) == (None, "condition")
    assert (keys["person.name"]["gives"], keys["person.name"]["why"]) == (None, "no_value")


async def test_a_given_answer_is_read_rule_by_rule(house):
    wish = {
        "steps": ["ping", "post"],
        "delivery": {
            "plugin": "xml",
            "settings": {
                "ping_url": "https://buyer.example.com/ping",
                "post_url": "https://buyer.example.com/post",
                "ping": {"Zip": "zip"},
                "post": {"Zip": "zip", "Id": "@token", "Price": "@price"},
                "ping_reply": {"accepted_path": "r.status", "price_path": "r.price", "token_path": "r.id"},
            },
        },
        "answers": {"ping": [{"body": "<r><status>Matched</status><price>17.5</price><id>q9</id></r>"}]},
    }
    told = (await ask(house, "POST", PATH, wish)).json
    ping, post = told["steps"]
    looked = {each["setting"]: each["found"] for each in ping["verdict"]["looked"]}
    assert (ping["verdict"]["says"], looked["accepted_path"], looked["price_path"]) == ("yes", "Matched", "17.5")
    assert (ping["reply"]["outcome"], ping["reply"]["price"], ping["reply"]["token"]) == ("bid", "17.50", "q9")
    assert "<Id>q9</Id><Price>17.50</Price>" in post["calls"][0]["body"], "the post follows the bid"
    assert told["plugin"] == "xml"
    kept = (await ask(house, "GET", "/v1/offers/a")).json
    assert kept["delivery"]["plugin"] == "json", "nothing was changed"


async def test_it_is_sent_with_a_made_up_lead(house):
    told = (await ask(house, "POST", PATH, {"send": True})).json
    ping, post = told["steps"]
    assert (ping["reply"]["outcome"], ping["reply"]["price"]) == ("bid", "12.50")
    assert (post["reply"]["outcome"], post["calls"][0]["status"]) == ("accept", 200)
    sent = house.buyers.posts("a")[-1].json
    assert (sent["token"], sent["price"], sent["test"], sent["api_key"]) == ("t-77", "12.50", "1", "hush-hush-hush")
    assert (await house.connection.fetchval("select count(*) from lead")) == 0


async def test_a_lead_that_came_is_rendered_after_the_look_is_on_record(house):
    name = (await house.sell(lead())).json["lead"]
    for wrong, pointer in (({"lead": name}, "/reason"), ({"lead": name, "reason": "case 7", "send": True}, "/send")):
        refused = await ask(house, "POST", PATH, wrong)
        assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, pointer)
    told = (await ask(house, "POST", PATH, {"lead": name, "reason": "case 7", "steps": ["post"]})).json
    assert '"name":"ANN"' in told["steps"][0]["calls"][0]["body"]
    assert '"test"' not in told["steps"][0]["calls"][0]["body"]
    looks = (await ask(house, "GET", f"/v1/looks?lead={name}")).json["items"]
    assert [(look["what"], look["reason"]) for look in looks] == [("fields", "case 7")]


async def test_what_cannot_be_tried_is_told_where_it_stands(house):
    assert (await ask(house, "POST", "/v1/offers/nobody/try", {})).status == 404
    wrong = {"delivery": {"plugin": "json", "settings": {"post_url": "https://b.example.com/", "post": {"x": "zipp"}}}}
    refused = await ask(house, "POST", PATH, wrong)
    assert refused.status == 422
    assert "zipp" in refused.json["errors"][0]["detail"]
    for price, why in (("ten", "not an amount"), ("-1", "not above zero"), ("0", "not above zero")):
        refused = await ask(house, "POST", PATH, {"price": price})
        assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, "/price")
        assert why in refused.json["errors"][0]["detail"]
