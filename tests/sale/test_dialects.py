"""Buyers who speak XML, multipart and plain text buy from the real exchange, and the exposure tells what they saw."""

import pytest

from harness.buyers import HangUp
from harness.house import open_house
from harness.market import lead, nouns, offer
from sale.test_exposure import ledger

XML = {
    "root": "PostLead",
    "ping": {"Zip": "zip", "Zip@kind": "=us"},
    "post": {
        "Lead_ID": "@token",
        "Person.Name": "first_name",
        "Person.Phone": "phone | digits | last 10",
        "Person.Mail": {"value": "email | sha256", "when": {"fact": "state", "equals": "CA"}},
    },
    "ping_reply": {"accepted_path": "response.status", "accepted_words": ["Matched"], "token_path": "lead_id"},
    "post_reply": {"accepted_path": "response.status", "accepted_words": ["Sold"], "reason_path": "error"},
}
TEXT = {
    "ping_text": "ZIP {zip}",
    "post_text": "{first_name}|{phone | last 4}",
    "ping_reply": {"accepted_text": ["bid"], "price_path": "pattern: bid of ([0-9.]+)"},
    "post_reply": {"accepted_text": ["thank you"], "redirect_path": "header: location"},
}
PARTS = {"post": {"name": "first_name"}, "ping_reply": {"accepted_path": ""}, "post_reply": {"accepted_path": "ok"}}


def answer(body: str, *headers: str) -> bytes:
    lines = ["HTTP/1.1 200 OK", f"Content-Length: {len(body.encode())}", "Content-Type: text/html", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def speaks(plugin: str, settings: dict, port: int) -> dict:
    """An offer whose delivery speaks so."""
    made = offer("a", port)
    urls = {name: made["delivery"]["settings"][name] for name in ("ping_url", "post_url")}
    return made | {"delivery": {"plugin": plugin, "settings": urls | settings}}


MATCHED = answer("<response><status>Matched</status><lead_id>L7</lead_id><price>9.50</price></response>")


@pytest.mark.parametrize(
    ("plugin", "settings", "ping", "post", "sent"),
    [
        ("xml", XML, MATCHED, answer("<response><status>Sold</status></response>"), b"<Lead_ID>L7</Lead_ID><Person>"),
        ("text", TEXT, answer("our bid of 9.50"), answer("Thank you!", "Location: https://a.test/1"), b"Ann|"),
        ("multipart", PARTS, answer("price=9.50"), answer('{"ok": "yes"}'), b'name="name"\r\n\r\nAnn\r\n'),
    ],
)
async def test_he_buys_in_his_own_tongue(database_url, app_database_url, buyers, plugin, settings, ping, post, sent):
    buyers.on("a", ping=ping, post=post)
    async with open_house(database_url, app_database_url, nouns([speaks(plugin, settings, buyers.port)])) as house:
        sold = (await house.sell(lead())).json
        assert (sold["outcome"], sold["price"]) == ("sold", "7.60")
        assert sent in buyers.posts("a")[0].body
        assert ("redirect" in sold) == (plugin == "text")
        assert (await house.balance()).faults == ()


@pytest.mark.parametrize(("state", "seen"), [("CA", True), ("TX", False)])
async def test_what_a_condition_keeps_back_is_not_sent_and_not_told(
    database_url, app_database_url, buyers, state, seen
):
    buyers.on("a", ping=MATCHED, post=answer("<response><status>Sold</status></response>"))
    async with open_house(database_url, app_database_url, nouns([speaks("xml", XML, buyers.port)])) as house:
        sold = (await house.sell(lead(state=state))).json
        assert (b"<Mail>" in buyers.posts("a")[0].body) == seen
        [fields] = [told for _, step, told, _ in await ledger(house, sold["lead"]) if step == "post"]
        assert ("email" in fields) == seen
        assert {"first_name", "phone", "state"} <= fields


async def test_what_he_says_that_is_nothing_costs_nobody_anything(database_url, app_database_url, buyers):
    def hang_up(got):
        raise HangUp

    for ping in (answer("<response><status>Matched"), answer("<!DOCTYPE a><a/>"), answer(""), hang_up):
        buyers.on("a", ping=ping)
        async with open_house(database_url, app_database_url, nouns([speaks("xml", XML, buyers.port)])) as house:
            assert (await house.sell(lead())).json["reason"] == "no_bids"
            assert buyers.posts("a") == []


@pytest.mark.parametrize(("state", "seen"), [("CA", True), ("TX", False)])
async def test_other_fields_go_along_but_none_that_a_condition_keeps_back(
    database_url, app_database_url, buyers, state, seen
):
    buyers.on("a", ping=MATCHED, post=answer("<response><status>Sold</status></response>"))
    rows = nouns([speaks("xml", XML | {"others": True}, buyers.port)])
    async with open_house(database_url, app_database_url, rows) as house:
        person = lead(state=state, amount=5)
        sold = (await house.sell(person)).json
        posted, pinged = buyers.posts("a")[0].body.decode(), buyers.pings("a")[0].body.decode()
        assert "<amount>5</amount>" in posted
        assert f"<birth_date>{person['birth_date']}</birth_date>" in posted
        assert ("<Mail>" in posted) == seen
        assert person["email"] not in posted, "its hash is told in California alone, and nothing of it elsewhere"
        assert "<amount>5</amount>" in pinged
        assert "<birth_date_age>" in pinged
        assert "Ann" not in pinged
        [fields] = [told for _, step, told, _ in await ledger(house, sold["lead"]) if step == "post"]
        assert {"amount", "birth_date", "zip"} <= fields
        assert ("email" in fields) == seen
