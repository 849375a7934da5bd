"""Who asks, where he may go, and how the house counts."""

from api.operator.asking import ask
from outbid import __version__
from outbid.store.people import users

PASSWORD = "correct horse battery"


async def test_a_key_is_told_its_name_and_how_the_house_counts(pair):
    told = (await ask(pair.one, "GET", "/v1/me")).json
    assert (told["kind"], told["name"], told["role"], told["writes"]) == ("key", "house", "owner", True)
    assert (told["csrf"], told["expires_at"], told["rooms"]) == (None, None, ["operator"])
    house = told["house"]
    assert (house["version"], house["market"]) == (__version__, pair.one.process.exchange.market.version)
    assert (house["zone"], house["zones"]) == ("America/New_York", ["America/New_York", "America/Toronto"])
    assert house["currencies"] == ["CAD", "USD"]


async def test_a_person_is_told_the_token_that_his_writes_need(pair):
    await users.create(pair.one.connection, "rea", PASSWORD, "viewer")
    signed_in = await ask(pair.one, "POST", "/v1/session", {"user": "rea", "password": PASSWORD}, key=None)
    cookie = signed_in.headers["set-cookie"].partition(";")[0]
    told = (await ask(pair.two, "GET", "/v1/me", key=None, Cookie=cookie)).json
    assert (told["kind"], told["name"], told["role"], told["writes"]) == ("user", "rea", "viewer", False)
    assert told["csrf"] == signed_in.json["csrf"]
    assert told["expires_at"][:19] == signed_in.json["expires_at"][:19]
    gone = await ask(pair.two, "DELETE", "/v1/session", key=None, Cookie=cookie, X_CSRF_Token=told["csrf"])
    assert gone.status == 204
    assert (await ask(pair.two, "GET", "/v1/me", key=None, Cookie=cookie)).json["code"] == "session_unknown"
