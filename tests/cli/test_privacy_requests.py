"""Requests to be forgotten that came by message are listed, and answered by erasing."""

import msgspec

from cli.test_people import PERSON, market, outbid  # noqa: F401 - a fixture
from harness.buyers import ACCEPT, Buyers, bid
from harness.house import open_house, request
from harness.market import lead

FORGET = {"deletion": {"field": "action", "words": ["forget"], "phone": "p", "reference": "ref"}}
KEY = {"key": "key"}


def asking(port: int) -> dict:
    found = market(port, "a")
    intake = msgspec.convert({"plugin": "webhook", "settings": FORGET | KEY}, type(found["source"]["web"].intake))
    found["source"]["web"] = msgspec.structs.replace(found["source"]["web"], intake=intake)
    return found


async def test_a_request_is_listed_answered_and_listed_as_such(outbid, database_url, app_database_url):  # noqa: F811
    async with Buyers() as buyers:
        buyers.on("a", ping=bid("9"), post=ACCEPT)
        async with open_house(database_url, app_database_url, asking(buyers.port)) as house:

            async def say(said: dict) -> dict:
                body = msgspec.json.encode(said | {"key": "ob_test"})
                return (await request(house.port, "POST", "/v1/in/web", body, key=None)).json

            assert (await say(lead(**PERSON)))["outcome"] == "sold"
            assert await say({"action": "forget", "p": "512 555 0147", "ref": "case-9"}) == {
                "outcome": "taken",
                "count": 1,
            }
            assert (await say({"action": "forget", "ref": "nobody"}))["outcome"] == "taken"
            found = await request(house.port, "GET", "/v1/privacy-requests?state=open&limit=1", key="ob_house")
            assert (found.status, found.json["items"][0]["leads"]) == (200, 0)
            more = await request(house.port, "GET", f"/v1/privacy-requests?cursor={found.json['next']}", key="ob_house")
            [told] = more.json["items"]
            assert (told["reference"], told["source"], told["leads"], told["done_at"]) == ("case-9", "web", 1, None)
            assert (await request(house.port, "GET", "/v1/privacy-requests", key="ob_test")).status == 403
            code, out, _ = await outbid("people", "requests", "--open")
            assert (code, out.count("case-9"), out.count("nobody")) == (0, 1, 1)
            code, _, err = await outbid("people", "erase", "--request", found.json["items"][0]["id"])
            assert (code, "named no phone and no e-mail" in err) == (1, True)
            code, _, err = await outbid("people", "erase", "--request", "0" * 32)
            assert (code, "there is no request" in err) == (1, True)
            code, out, _ = await outbid("people", "erase", "--request", told["id"])
            assert (code, out) == (0, "1 lead of this person: 1 erased now, 0 before, 0 not yet.\n")
            _, out, _ = await outbid("people", "requests", "--open")
            assert "case-9" not in out
            _, out, _ = await outbid("people", "requests")
            assert "case-9" in out
