"""Every vertical makes a campaign that compiles, whose made-up leads are sold, and whose pings tell nobody's person."""

import msgspec
import pytest

from api.operator.asking import ask
from harness.house import open_house
from harness.market import nouns, offer
from outbid.api.auth import key_hash
from outbid.cli.main import main
from outbid.cli.shown.document import read_document
from outbid.core.market.compile import compile_market
from outbid.core.market.noun import Key
from outbid.core.market.vertical import campaign_of, made_up
from outbid.plugins.registry import Registry
from outbid.plugins.verticals import names, vertical

SANDBOX = {"plugin": "json", "settings": {"ping_url": "sandbox:accept?bid=25", "post_url": "sandbox:accept"}}


def market(name):
    wanted = nouns([offer("a", 9) | {"delivery": SANDBOX}])
    wanted["campaign"] = {"auto": campaign_of(vertical(name), "auto")}
    wanted["key"]["house"] = Key(slug="house", holder="house", hash=key_hash("ob_house"))
    return wanted


def compiled(found):
    numbered = {kind: {s: (i, n) for i, (s, n) in enumerate(rows.items(), 1)} for kind, rows in found.items()}
    return compile_market(1, numbered, Registry())


def test_there_are_those_that_the_trade_knows_best():
    assert set(names()) >= {
        "auto_insurance", "home_insurance", "health_insurance", "mortgage", "solar", "home_improvement", "education",
        "debt", "personal_loan", "legal",
    }  # fmt: skip


@pytest.mark.parametrize("name", names())
async def test_a_made_up_lead_of_each_is_sold(database_url, app_database_url, name):
    async with open_house(database_url, app_database_url, market(name)) as house:
        for number in range(2):
            answer = await house.sell(made_up(vertical(name).fields, number))
            assert (answer.status, answer.json.get("outcome")) == (200, "sold"), answer.json
        answer = await house.sell({"first_name": "Ann"})
        missing = {error["pointer"] for error in answer.json["errors"]}
        assert missing == {f"/{f.name}" for f in vertical(name).fields if f.required and f.name != "first_name"}


@pytest.mark.parametrize("name", names())
def test_a_ping_tells_no_person(name):
    (campaign,) = compiled(market(name)).campaigns.values()
    personal = {field.name for field in campaign.fields if field.personal}
    told = {each if each is not True else f.name for f in vertical(name).fields if (each := f.ping)}
    assert {"first_name", "email", "phone", "street"} <= personal
    assert personal.isdisjoint(told)
    if "birth_date" in {f.name for f in vertical(name).fields}:
        assert "birth_date" in personal


async def test_the_api_tells_each_with_a_campaign_that_can_be_put(database_url, app_database_url):
    async with open_house(database_url, app_database_url, market("solar")) as house:
        listed = (await ask(house, "GET", "/v1/verticals")).json["items"]
        assert [row["name"] for row in listed] == list(names())
        found = (await ask(house, "GET", "/v1/verticals/mortgage")).json
        assert found["title"] == "Mortgage"
        put = await ask(house, "PUT", "/v1/campaigns/mortgage", found["campaign"], If_None_Match="*")
        assert put.status == 201, put.json
        wrong = await ask(house, "GET", "/v1/verticals/lemonade")
        assert (wrong.status, wrong.json["code"]) == (404, "vertical_unknown")
        assert "mortgage" in msgspec.json.encode(wrong.json).decode()


def test_the_command_writes_a_campaign_that_reads_back(capsys):
    assert main(["vertical"]) == 0
    assert "Owners who think of panels" in capsys.readouterr().out
    assert main(["vertical", "solar", "--slug", "roofs"]) == 0
    written = capsys.readouterr().out
    wanted = market("solar") | {"campaign": dict(read_document(written).nouns["campaign"])}
    for kind in ("source", "offer"):
        wanted[kind] = {s: msgspec.structs.replace(n, campaign="roofs") for s, n in wanted[kind].items()}
    (read,), (made,) = (compiled(found).campaigns.values() for found in (wanted, market("solar")))
    assert [(f.name, f.personal) for f in read.fields] == [(f.name, f.personal) for f in made.fields]
    assert main(["vertical", "lemonade"]) == 1
    assert "there are: auto_insurance" in capsys.readouterr().err
