"""A house of which every list of the portal has rows."""

from typing import Any

from api.operator.asking import HOUSE_KEY, ask
from harness.buyers import ACCEPT, Buyers, HangUp, bid
from harness.house import House, until
from harness.market import CHECKS, lead, nouns, offer
from outbid.api.auth import key_hash
from outbid.core.ids import uuid7
from outbid.core.market.noun import Key
from outbid.store import jobs
from outbid.store.people import users
from portal.walk import PASSWORD

ADULT = {
    "plugin": "rule",
    "on_flaw": "review",
    "settings": {"name": "adult", "require": {"fact": "birth_date.age", "at_least": 18}, "field": "birth_date"},
}
FULL = {"campaign": "auto", "seller": "acme", "source": "web", "buyer": "a", "group": "twins", "offer": "a"}
"""What the nouns of the pages' addresses are called."""
LONG = "A name as long as people make them when they are let, with Auftragsverarbeitungsvertrag in the middle of it"


def full_market(port: int) -> dict[str, Any]:
    """Two buyers who bid, one with a name that needs room; who is no adult is held for a person."""
    rows = [
        offer("a", port, name=LONG, caps=[{"window": "day", "leads": 40}], filter={"fact": "state", "one_of": ["TX"]}),
        offer("b", port, paused=True),
    ]
    buyers = {"a": {"name": LONG, "wallet": {"credit": "500.00"}}}
    market = nouns(rows, buyers=buyers, campaign_more={"checks": [*CHECKS, ADULT]})
    market["key"]["house"] = Key(slug="house", holder="house", hash=key_hash(HOUSE_KEY))
    return market


async def fill(house: House, buyers: Buyers) -> dict[str, str]:
    """Leads of every end, money, jobs, lists, people, views; gives what stands in braces in the pages' addresses."""
    sold = (await house.sell(lead())).json["lead"]
    twice = lead()
    for fields in (twice, twice, lead(birth_date="2015-01-31"), lead(phone="12"), lead(state="CA", zip="90210")):
        await house.sell(fields)
    await _unsure(house, buyers)
    wishes: list[tuple[str, str, Any]] = [
        ("PUT", "/v1/groups/twins", {"name": LONG, "caps": [{"window": "day", "leads": 9}]}),
        ("POST", "/v1/deposits", {"buyer": "a", "amount": "500.00", "reference": "wire-1"}),
        ("POST", "/v1/privacy-requests", {"kind": "access", "phone": "(512) 555-0199", "reference": LONG}),
        ("PUT", "/v1/secrets/crm", {"value": "a value"}),
        ("POST", "/v1/people/invitations", {"name": "ben@example.com", "role": "viewer"}),
        ("POST", "/v1/sources/web/links", {"note": LONG}),
        ("POST", "/v1/views", {"page": "reports/funnel", "name": LONG[:100], "query": "by=sale", "shared": True}),
        ("POST", "/v1/keys", {"holder": "source", "owner": "web", "name": "their CRM", "test": True}),
    ]
    for method, path, body in wishes:
        new = {"If_None_Match": "*"} if path.startswith("/v1/groups") else {}
        answer = await ask(house, method, path, body, **new)
        assert answer.status < 300, (path, answer.body)
    listed = await ask(house, "POST", "/v1/suppressions?buyer=a", b"5125550123\n", content_type="text/csv")
    assert listed.status == 200, listed.body
    looked = await ask(house, "GET", f"/v1/leads/{sold}/fields?reason=a%20complaint%20of%20his")
    assert looked.status == 200, looked.body
    await users.create(house.connection, "vic", PASSWORD, "viewer")
    await _dead_job(house)
    return FULL | {"lead": sold}


async def _unsure(house: House, buyers: Buyers) -> None:
    """A sale of which nobody knows whether the buyer took it."""

    def hang_up(got: Any) -> Any:
        raise HangUp

    buyers.on("a", post=hang_up)
    found = (await house.sell(lead())).json["lead"]
    buyers.on("a", ping=bid("10"), post=ACCEPT)

    async def is_so() -> bool:
        return (await house.state(found)).status == "uncertain"

    await until(is_so)


async def _dead_job(house: House) -> None:
    now_ms = house.process.exchange.clock.now_ms()
    identifier = uuid7(now_ms, bytes(10))
    await jobs.put(house.connection, 0, identifier, "nothing", {}, now_ms + 600_000, "of a test")
    await house.connection.execute(
        "update job set state = 'dead', attempt = 10, error = 'it was away' where id = $1", identifier
    )
