"""Whole sales to an endpoint for webhooks: signed as Standard Webhooks say, with the sale's id as theirs."""

import base64
import hmac
from hashlib import sha256

from harness.buyers import http
from harness.house import open_house, until
from harness.market import lead, nouns, offer
from outbid.store.sealed import secrets

KEY = b"a key of 24 bytes is long"
WORD = "whsec_" + base64.b64encode(KEY).decode()


def market(buyers):
    return nouns([webhook("a", buyers.port), webhook("b", buyers.port, price="3", priority=200)])


def webhook(name, port, **more):
    made = offer(name, port, **({"price": "5"} | more))
    made["delivery"]["plugin"] = "webhook"
    made["delivery"]["settings"] = {
        "post_url": made["delivery"]["settings"]["post_url"], "secret": "{secret:hook}",
    }  # fmt: skip
    return made


def is_signed(got) -> bool:
    """As a receiver checks it, by the words of the standard."""
    signed = f"{got.headers['webhook-id']}.{got.headers['webhook-timestamp']}.".encode() + got.body
    made = base64.b64encode(hmac.new(KEY, signed, sha256).digest()).decode()
    return f"v1,{made}" in got.headers["webhook-signature"].split(" ")


async def test_a_lead_is_sold_by_a_signed_message(database_url, app_database_url, buyers):
    buyers.on("a", post=http(202, b""))
    async with open_house(database_url, app_database_url) as house:
        await secrets.put(house.connection, house.process.exchange.vault, "hook", WORD, "t")
        await house.change(market(buyers))
        trace = (f"traceparent: 00-{'a' * 32}-{'b' * 16}-01",)
        answer = (await house.sell(lead(first_name="Zoë"), headers=trace)).json
        assert (answer["outcome"], answer["price"]) == ("sold", "4.00")
        (got,) = buyers.posts("a")
        assert is_signed(got), "also where the seller's trace goes on to the buyer"
        assert got.headers["traceparent"].startswith(f"00-{'a' * 32}-")
        (sale,) = (await house.state(answer["lead"])).sales
        assert got.headers["webhook-id"] == sale.id
        assert got.json["type"] == "lead.posted"
        assert got.json["data"]["first_name"] == "Zoë"


async def test_who_answers_no_leaves_it_to_the_next(database_url, app_database_url, buyers):
    buyers.on("a", post=http(410, b""))
    buyers.on("b", post=http(200, b"ok"))
    async with open_house(database_url, app_database_url) as house:
        await secrets.put(house.connection, house.process.exchange.vault, "hook", WORD, "t")
        await house.change(market(buyers))
        assert (await house.sell(lead())).json["price"] == "2.40"
        ids = {buyers.posts(name)[0].headers["webhook-id"] for name in "ab"}
        assert len(ids) == 2, "each post has an id of its own"
        assert all(is_signed(buyers.posts(name)[0]) for name in "ab")


async def test_a_message_may_go_out_after_the_sale(database_url, app_database_url, buyers):
    buyers.on("a", post=http(200, b""))
    rows = nouns([webhook("a", buyers.port)])
    rows["offer"]["a"].delivery.settings["delay"] = {"minutes": 30}
    async with open_house(database_url, app_database_url) as house:
        await secrets.put(house.connection, house.process.exchange.vault, "hook", WORD, "t")
        await house.change(rows)
        answer = (await house.sell(lead())).json
        assert answer["outcome"] == "sold"
        assert buyers.posts("a") == []
        await house.connection.execute("update job set run_at = now() - interval '1 second' where kind = 'deliver'")
        await house.connection.execute("select pg_notify('outbid_job', '')")
        await until(lambda: len(buyers.posts("a")) == 1, 10)
        (got,) = buyers.posts("a")
        assert is_signed(got)
        assert got.headers["webhook-id"] == (await house.state(answer["lead"])).sales[0].id
