"""Bidders are told what became of each of their bids: once, in their list and by a signed webhook."""

import asyncio
import base64
import hmac
import json
from collections import Counter
from hashlib import sha256

from harness.buyers import ACCEPT, REJECT, bid, http
from harness.house import open_house, request, until
from harness.market import lead, nouns, offer
from outbid.api.auth import key_hash
from outbid.core.control.health import Figure
from outbid.core.ids import LEAD, parse
from outbid.core.market.noun import Key
from outbid.core.scope import HOUSE
from outbid.exchange.work.stepping import take
from outbid.store.control import steps
from outbid.store.database import connect
from outbid.store.notice import batches
from outbid.store.sealed import secrets

WORD = "whsec_" + base64.b64encode(b"a key of 24 bytes is long").decode()


def market(buyers, *, url: bool = False, source_more=None, names="abc", **more):
    notices = {"private_targets": [f"127.0.0.1:{buyers.port}"]}
    if url:
        notices |= {"url": f"http://127.0.0.1:{buyers.port}/a/notices", "secret": "{secret:hook}"}
    made = nouns(
        [offer(name, buyers.port, **more.get(name, {})) for name in names],
        buyers={"a": {"notices": notices}, "b": {"notices": {}}},
        source_more=source_more or {},
    )
    for name in "ab":
        made["key"][name] = Key(slug=name, holder="buyer", owner=name, hash=key_hash(f"ob_{name}"))
    return made


async def listed(house, name: str) -> list[dict]:
    """All notices of a buyer, a page after the other."""
    found, cursor = [], ""
    while page := (await request(house.port, "GET", f"/v1/buyer/notices?cursor={cursor}", key=f"ob_{name}")).json:
        assert set(page) == {"items", "next"}
        if not page["items"]:
            return found
        found, cursor = found + page["items"], page["next"]
    return found


async def told(house, name: str, count: int) -> list[dict]:
    """The notices of a buyer, once there are so many."""
    buyer = next(offer.buyer for offer in house.process.exchange.market.offers.values() if offer.slug == name)
    made = """select coalesce(sum(json_array_length(convert_from(body, 'utf8')::json)), 0)::integer
                from notice where buyer = $1"""
    for _ in range(600):
        if await house.connection.fetchval(made, buyer) >= count:
            return await listed(house, name)
        await asyncio.sleep(0.05)
    raise AssertionError(f"fewer than {count} notices")


async def test_each_bid_has_one_notice_with_its_reason(database_url, app_database_url, buyers):
    for name, price in (("a", "9"), ("b", "6"), ("c", "1")):
        buyers.on(name, ping=bid(price), post=ACCEPT)
    async with open_house(database_url, app_database_url, market(buyers, source_more={"tells_price": True})) as house:
        first = (await house.sell(lead())).json["lead"]
        buyers.on("a", post=REJECT)
        await house.sell(lead())
        buyers.on("a", ping=REJECT)
        await house.sell(lead())
        buyers.on("b", ping=bid("0.50"))
        buyers.on("a", ping=bid("7"), post=ACCEPT)
        await house.sell(lead())
        a, b = await told(house, "a", 3), await told(house, "b", 4)
        assert [(one["outcome"], one["reason"], one["bid"], one["paid"]) for one in a] == [
            ("won", None, "9.00", "9.00"),
            ("rejected", None, "9.00", None),
            ("won", None, "7.00", "7.00"),
        ]
        assert [(one["outcome"], one["reason"], one["loss_code"]) for one in b] == [
            ("lost", "outbid", 102),
            ("won", None, None),
            ("won", None, None),
            ("lost", "outbid", 102),
        ]
        assert b[0]["price_to_win"] == {"low": "8.00", "below": "10.00"}
        assert b[1]["price_to_win"] is None
        vault, offers = house.process.exchange.vault, house.process.exchange.market.offers.values()
        numbers = {one.slug: one.buyer for one in offers}
        assert a[0]["lead"] == vault.reference(parse(LEAD, first)[1], numbers["a"])
        assert b[0]["lead"] == vault.reference(parse(LEAD, first)[1], numbers["b"])
        assert len({one["id"] for one in a + b}) == 7
        assert await house.connection.fetchval("select count(*) from job") == 0
        assert await house.connection.fetchval("select count(distinct buyer) from notice") == 2, "c wants none"


async def test_a_price_that_won_is_told_only_where_the_seller_lets_it(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("9"), post=ACCEPT)
    buyers.on("b", ping=bid("6"), post=ACCEPT)
    async with open_house(database_url, app_database_url, market(buyers, names="ab")) as house:
        await house.sell(lead())
        assert (await told(house, "b", 1))[0]["price_to_win"] is None


async def test_a_webhook_is_signed_and_sent_once(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("9"), post=ACCEPT)
    buyers.on("b", ping=bid("6"), post=ACCEPT)
    buyers.replies["a", "notices"] = {}
    async with open_house(database_url, app_database_url) as house:
        await secrets.put(house.connection, house.process.exchange.vault, "hook", WORD, "t")
        await house.change(market(buyers, url=True, names="ab"))
        for _ in range(3):
            await house.sell(lead())
        sent = buyers.got["a", "notices"]
        await told(house, "a", 3)
        await until(lambda: sum(len(json.loads(got.body)["data"]) for got in sent) == 3)
        for got in sent:
            heads = {name.lower(): value for name, value in got.headers.items()}
            signed = f"{heads['webhook-id']}.{heads['webhook-timestamp']}.".encode() + got.body
            mac = hmac.digest(b"a key of 24 bytes is long", signed, sha256)
            assert heads["webhook-signature"] == "v1," + base64.b64encode(mac).decode()
            assert json.loads(got.body)["type"] == "notices"
        ids = Counter(one["id"] for got in sent for one in json.loads(got.body)["data"])
        assert set(ids.values()) == {1}
        assert set(ids) == {one["id"] for one in await listed(house, "a")}


async def test_what_an_endpoint_does_not_take_is_sent_again_and_given_up_at_last(
    database_url, app_database_url, buyers
):
    buyers.on("a", ping=bid("9"), post=ACCEPT)
    buyers.on("b", ping=bid("6"), post=ACCEPT)
    buyers.replies["a", "notices"] = http(500, b"{}")
    async with open_house(database_url, app_database_url) as house:
        await secrets.put(house.connection, house.process.exchange.vault, "hook", WORD, "t")
        await house.change(market(buyers, url=True, names="ab"))
        await house.sell(lead())
        sent = buyers.got["a", "notices"]
        await until(lambda: len(sent) >= 1)
        sql = "select attempt, state, error from job where kind = 'notify'"
        for _ in range(100):
            row = await house.connection.fetchrow(sql)
            if row["error"]:
                break
            await asyncio.sleep(0.02)
        assert "answered with 500" in row["error"]
        await house.connection.execute("update job set attempt = 9, run_at = now() where kind = 'notify'")
        for _ in range(200):
            if (await house.connection.fetchrow(sql))["state"] == "dead":
                break
            await asyncio.sleep(0.02)
        before = len(sent)
        await house.sell(lead())
        await told(house, "a", 2)
        await asyncio.sleep(0.3)
        assert len(sent) == before, "an endpoint that was given up is left alone"
        buyers.replies["a", "notices"] = {}
        await house.connection.execute(
            "update job set attempt = 0, run_at = now(), state = 'open' where kind = 'notify'"
        )
        await until(lambda: len(sent) >= before + 2)
        assert await house.connection.fetchval("select count(*) from notice where sent_at is null and buyer = 1") == 0


async def test_a_buyer_reads_his_own_notices_alone(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("9"), post=ACCEPT)
    buyers.on("b", ping=bid("6"), post=ACCEPT)
    async with open_house(database_url, app_database_url, market(buyers, names="ab")) as house:
        await house.sell(lead())
        a, b = await told(house, "a", 1), await told(house, "b", 1)
        assert (a[0]["offer"], b[0]["offer"]) == ("a", "b")
        text = json.dumps(b)
        for hidden in ("9.00", "web", "acme", "payout"):
            assert hidden not in text
        assert await batches.page(house.connection, HOUSE, 0, bytes(16), 9) == []


HEALTH = {"rules": [{"measure": "rejects", "over": "40%"}], "steps": ["50%"]}
AT_MS = 1_795_000_000_000


async def test_each_step_with_an_offer_has_one_notice_for_its_owner_alone(database_url, app_database_url, buyers):
    """Two who take the same step, as two processes may that both think they are to judge, tell of it once."""
    buyers.replies["a", "notices"] = {}
    made = market(buyers, url=True, names="ab", a={"health": HEALTH}, b={"health": HEALTH})
    async with open_house(database_url, app_database_url) as house:
        exchange = house.process.exchange
        await secrets.put(house.connection, exchange.vault, "hook", WORD, "t")
        await house.change(made)
        a = next(offer for offer in exchange.market.offers.values() if offer.slug == "a")
        now = steps.Stands(a.number, 1, 500_000, 0, AT_MS, 1)
        step = steps.Step(1, AT_MS, steps.RULES, "worse", "lowered", 500_000, [Figure("rejects", 50, 31)])
        other = await connect(app_database_url)
        try:
            both = await asyncio.gather(*(take(exchange, c, a, now, step) for c in (house.connection, other)))
        finally:
            await other.close()
        assert sorted(both) == [False, True]
        sent = buyers.got["a", "notices"]
        await until(lambda: sent)
        (told_once,) = json.loads(sent[0].body)["data"]
        assert told_once | {"id": ""} == {
            "kind": "step", "id": "", "offer": "a", "at": "2026-11-18T11:06:40.000Z", "stage": "lowered", "share": "50%",
            "why": "worse", "figures": [{"measure": "rejects", "cases": 50, "bad": 31}],
        }  # fmt: skip
        assert await listed(house, "a") == [told_once]
        assert await listed(house, "b") == []

        mine = (await request(house.port, "GET", "/v1/buyer/offers", key="ob_a")).json["items"][0]
        assert (mine["stage"], mine["share"], mine["since"]) == ("lowered", "50%", told_once["at"])
        path = "/v1/buyer/offers/a/events"
        (shown,) = (await request(house.port, "GET", path, key="ob_a")).json["items"]
        assert shown == {name: told_once[name] for name in ("at", "stage", "share", "why", "figures")} | {"n": 1}
        assert (await request(house.port, "GET", path, key="ob_b")).status == 404
