"""Who saw what, door to door: the ledger of exposure equals what the buyers recorded, field by field."""

import msgspec

from harness.buyers import ACCEPT, REJECT, Buyers, Silence, bid, http
from harness.house import House, open_house, until
from harness.market import FIELDS, lead, nouns, offer
from outbid.core.ids import LEAD, parse, public
from outbid.core.lead.exposure import exposure
from outbid.core.route import Plan
from outbid.core.scope import HOUSE
from outbid.exchange.revive import traffic_of
from outbid.exchange.steps import post
from outbid.store import leads

PROFILES = {
    "zips": {"zip": "zip"},
    "people": {"name": "first_name", "area": "phone.area_code", "mail": "email", "age": "birth_date.age"},
    "nested": {"lead.place.zip": "zip", "lead.amount": "amount", "us": "=1", "me": "@ref"},
    "raw": {"phone": "phone.raw", "born": "birth_date"},
}
"""Pings of four buyers; the fifth gets the campaign's ping fields."""
POST = {"first": "first_name", "contact.phone": "phone", "contact.email": "email", "zip": "zip.raw"}
SYSTEM = {"ref", "token", "price", "me", "us"}


def market(port: int) -> dict:
    offers = [offer(slug, port, delivery={"ping": table}) for slug, table in PROFILES.items()]
    offers += [offer("plain", port), offer("fixed", port, price="1", delivery={"post": POST})]
    checks = [{"plugin": "type", "on_flaw": "flag"}]
    return nouns(offers, campaign_more={"checks": checks})


async def ledger(house: House, name: str) -> list[tuple[str, str, frozenset[str], bool]]:
    record = await leads.read(house.connection, HOUSE, *parse(LEAD, name))
    market = house.process.exchange.market
    plan = Plan(market.campaigns[record.campaign], market.sources[record.source])
    shown = exposure(plan, msgspec.json.decode(record.facts), await house.events(name))
    return [(market.name("buyer", each.buyer), each.step, frozenset(each.fields), each.possibly) for each in shown]


def flat(document: dict, before: str = "") -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in document.items():
        found |= flat(value, f"{before}{key}.") if isinstance(value, dict) else {before + key: value}
    return found


def recorded(buyers: Buyers) -> list[tuple[str, str, frozenset[str], bool]]:
    """What the buyers got, in the campaign's names."""
    found = []
    for (slug, step), requests in buyers.got.items():
        if step == "ping":
            table = PROFILES.get(slug) or {
                "zip": "zip",
                "state": "state",
                "birth_date_age": "birth_date.age",
                "amount": "amount",
            }
        else:
            table = POST if slug == "fixed" else {field["name"]: field["name"] for field in FIELDS}
        for got in requests:
            keys = {key for key in flat(got.json) if key not in SYSTEM}
            found.append((slug, step, frozenset(table[key].removesuffix(".raw") for key in keys), False))
    return found


async def test_the_ledger_is_what_the_buyers_recorded_and_nobody_gets_more_than_his_profile(
    database_url, app_database_url, buyers
):
    for slug in PROFILES:
        buyers.on(slug, ping=bid("10"), post=REJECT)
    buyers.on("plain", ping=bid("30"), post=REJECT)
    buyers.on("people", ping=http(500, b"oops"))
    buyers.on("fixed", post=ACCEPT)
    async with open_house(database_url, app_database_url, market(buyers.port)) as house:
        for fields in (lead(amount=5), lead(), lead(birth_date="long ago", extra="x")):
            buyers.got.clear()
            name = (await house.sell(fields)).json["lead"]
            shown = await ledger(house, name)
            assert sorted(shown, key=str) == sorted(recorded(buyers), key=str)
            assert len(shown) >= 6
            for slug, step, seen, _ in shown:
                if step == "ping" and slug in PROFILES:
                    assert seen <= {term.removesuffix(".raw") for term in PROFILES[slug].values()}


async def test_who_was_not_reached_saw_nothing(database_url, app_database_url, buyers):
    buyers.on("here", ping=bid("10"), post=ACCEPT)
    found = nouns([offer("here", buyers.port), offer("gone", 9)])
    async with open_house(database_url, app_database_url, found) as house:
        name = (await house.sell(lead())).json["lead"]
        assert {slug for slug, *_ in await ledger(house, name)} == {"here"}


async def test_who_did_not_answer_has_seen_it_all_the_same(database_url, app_database_url, buyers):
    def silent(got):
        raise Silence

    buyers.on("slow", ping=silent)
    async with open_house(database_url, app_database_url, nouns([offer("slow", buyers.port)])) as house:
        name = (await house.sell(lead())).json["lead"]
        assert await ledger(house, name) == [("slow", "ping", frozenset({"zip", "state", "birth_date.age"}), False)]


async def test_a_crash_between_ping_and_hold_leaves_a_possibly(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("10"), post=ACCEPT)
    seen = frozenset({"zip", "state", "birth_date.age"})
    other = offer("other", buyers.port, filter={"fact": "state", "equals": "CA"})
    async with open_house(database_url, app_database_url, nouns([offer("a", buyers.port), other])) as house:
        exchange = house.process.exchange
        write = exchange.write

        def failing(story, wishes=(), **more):
            if wishes:
                exchange.write = write
                raise RuntimeError("the process fails here")
            return write(story, wishes, **more)

        exchange.write = failing
        await house.sell(lead())
        row = await house.connection.fetchrow("select id from lead")
        name = public(LEAD, 0, row["id"])
        assert await ledger(house, name) == [("a", "ping", seen, True)]
        assert len(buyers.pings("a")) == 1

        async def closed() -> bool:
            return (await house.state(name)).stage == "closed"

        await until(closed, 20)
        shown = await ledger(house, name)
        assert shown[:2] == [("a", "ping", seen, True), ("a", "ping", seen, False)]
        assert [(slug, step, possibly) for slug, step, _, possibly in shown[2:]] == [("a", "post", False)]
        assert len(buyers.pings("a")) == 2


async def test_a_crash_between_hold_and_answer_leaves_a_possible_post_and_its_request_on_record(
    database_url, app_database_url, buyers, monkeypatch
):
    buyers.on("a", ping=bid("10"), post=ACCEPT)
    send = post._send

    async def failing(*_):
        monkeypatch.setattr(post, "_send", send)
        raise RuntimeError("the process fails here")

    monkeypatch.setattr(post, "_send", failing)
    async with open_house(database_url, app_database_url, nouns([offer("a", buyers.port)])) as house:
        await house.sell(lead(first_name="Rosalind"))
        name = public(LEAD, 0, (await house.connection.fetchrow("select id from lead"))["id"])

        async def uncertain() -> bool:
            return (await house.state(name)).status == "uncertain"

        await until(uncertain, 20)
        posts = [(slug, possibly) for slug, step, _, possibly in await ledger(house, name) if step == "post"]
        assert posts == [("a", True)]
        assert buyers.posts("a") == []
        cell, lead_id = parse(LEAD, name)
        record = await leads.read(house.connection, HOUSE, cell, lead_id)
        sealed = await leads.traffic(house.connection, HOUSE, cell, lead_id)
        (said,) = traffic_of(house.process.exchange.vault, record, sealed)
        assert (said.row.step, said.row.status, said.row.reason) == ("post", 0, "uncertain")
        assert said.row.detail == "rebuilt after a crash; it may have been sent, or not"
        assert msgspec.json.decode(said.body)["first_name"] == "Rosalind"
