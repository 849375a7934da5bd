"""Several bids in one reply: each takes part, one is posted under its own token, and every one is told of."""

import msgspec

from harness.buyers import ACCEPT, REJECT, bid
from harness.house import open_house, request
from harness.market import lead, nouns, offer
from outbid.api.auth import key_hash
from outbid.core.ids import LEAD, parse
from outbid.core.lead import event as ev
from outbid.core.market.noun import Key
from outbid.core.scope import HOUSE
from outbid.exchange.revive import notes_of
from outbid.store import leads
from sale.test_notices import told

LISTED = {"delivery": {"ping_reply": {
    "bids_path": "bids", "token_path": "id", "stands_path": "ttl", "brand_path": "brand", "consent_path": "consent",
}}}  # fmt: skip


def brands(*prices: str, **more):
    listed = [
        {"price": price, "id": f"t-{place}", "brand": f"Brand {place}", "consent": f"Brand {place} may call me."}
        for place, price in enumerate(prices, 1)
    ]
    return {"accepted": True, "bids": listed} | more


def market(buyers, **more):
    made = nouns([offer("a", buyers.port, **LISTED), offer("b", buyers.port)],
                 buyers={"a": {"notices": {}}, "b": {"notices": {}}}, **more)  # fmt: skip
    made["key"]["a"] = Key(slug="a", holder="buyer", owner="a", hash=key_hash("ob_a"))
    made["key"]["h"] = Key(slug="h", holder="house", hash=key_hash("ob_house"))
    return made


async def log_of(house, name: str) -> dict:
    return (await request(house.port, "GET", f"/v1/leads/{name}/log", key="ob_house")).json


async def test_the_best_of_a_reply_is_posted_under_its_token_and_each_has_its_notice(
    database_url, app_database_url, buyers
):
    buyers.on("a", ping=brands("12", "21", "0.50"), post=ACCEPT)
    buyers.on("b", ping=bid("20"), post=ACCEPT)
    second = {"tiers": [{"slug": "main", "floor": "1", "pricing": {"rule": "second"}}]}
    async with open_house(database_url, app_database_url, market(buyers, campaign_more=second)) as house:
        answer = await house.sell(lead())
        assert (answer.json["outcome"], answer.json["price"]) == ("sold", "16.00")  # 80 % of b's 20, not of a's own 12
        assert [got.json["token"] for got in buyers.posts("a")] == ["t-2"]
        assert (await house.balance()).faults == ()
        notices = await told(house, "a", 3)
        assert sorted((one["listed"], one["outcome"], one["reason"], one["bid"], one["paid"]) for one in notices) == [
            (1, "lost", "other_bid_posted", "12.00", None),
            (2, "won", None, "21.00", "20.00"),
            (3, "lost", "below_floor", "0.50", None),
        ]
        story = await log_of(house, answer.json["lead"])
        assert [(one["offer"], one["listed"], one["price"]) for one in story["bids"]] == [
            ("a", 2, "21.00"), ("a", 1, "12.00"), ("a", 3, "0.50"), ("b", None, "20.00"),
        ]  # fmt: skip


async def test_brand_and_consent_are_kept_with_their_bid_and_sealed(database_url, app_database_url, buyers):
    buyers.on("a", ping=brands("12", "21"), post=ACCEPT)
    buyers.on("b", ping=bid("20"), post=ACCEPT)
    async with open_house(database_url, app_database_url, market(buyers)) as house:
        answer = await house.sell(lead())
        assert b"Brand" not in msgspec.json.encode(await house.events(answer.json["lead"]))
        record = await leads.read(house.connection, HOUSE, *parse(LEAD, answer.json["lead"]))
        notes = notes_of(house.process.exchange.vault, record)
        number = next(offer.number for offer in house.process.exchange.market.offers.values() if offer.slug == "a")
        assert {name: text for name, text in notes.items() if not name.startswith("token")} == {
            f"brand {number}.1": "Brand 1", f"consent {number}.1": "Brand 1 may call me.",
            f"brand {number}.2": "Brand 2", f"consent {number}.2": "Brand 2 may call me.",
        }  # fmt: skip


async def test_no_second_bid_of_a_reply_is_posted_after_a_no(database_url, app_database_url, buyers):
    buyers.on("a", ping=brands("30", "25"), post=REJECT)
    buyers.on("b", ping=bid("20"), post=ACCEPT)
    async with open_house(database_url, app_database_url, market(buyers)) as house:
        answer = await house.sell(lead())
        assert (answer.json["outcome"], answer.json["price"]) == ("sold", "16.00")
        assert [len(buyers.posts(slug)) for slug in "ab"] == [1, 1]


async def test_bids_beyond_the_bound_are_told_and_the_sale_goes_on(database_url, app_database_url, buyers):
    buyers.on("a", ping=brands(*[str(n) for n in range(1, 31)]), post=ACCEPT)
    buyers.on("b", ping=bid("0"), post=ACCEPT)
    async with open_house(database_url, app_database_url, market(buyers)) as house:
        answer = await house.sell(lead())
        assert answer.json["price"] == "16.00"
        line = next(e for e in await house.events(answer.json["lead"]) if isinstance(e, ev.Pinged)).bids[0]
        assert (len(line.bids()), line.more[-1].reason) == (21, "too_many_bids")


async def test_after_a_quote_bids_of_a_reply_end_one_by_one(database_url, app_database_url, buyers):
    reply = brands("30", "25")
    reply["bids"][1]["ttl"] = 200
    buyers.on("a", ping=reply, post=ACCEPT)
    buyers.on("b", ping=bid("20"), post=ACCEPT)
    async with open_house(database_url, app_database_url, market(buyers)) as house:
        quote = await request(house.port, "POST", "/v1/pings", msgspec.json.encode({"zip": "78701", "state": "TX"}))
        assert quote.json["price"] == "24.00"
        answer = await house.sell(lead() | {"ping_id": quote.json["ping"]})
        assert (answer.json["outcome"], buyers.posts("a")[0].json["token"]) == ("sold", "t-1")
