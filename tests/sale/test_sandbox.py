"""A market tried before any buyer has an endpoint: sandbox buyers in whole sales, which are booked like any other."""

import msgspec
import pytest

from harness.house import open_house, request, until
from harness.market import lead, nouns, offer
from outbid.api.auth import key_hash
from outbid.core.lead import event as ev
from outbid.core.market.noun import Key


def played(slug: str, ping: str | None, post: str, **more):
    """An offer of a buyer who is played by the sandbox."""
    row = offer(slug, 9, **more)
    settings = row["delivery"]["settings"] | {"post_url": post}
    settings.pop("ping_url", None)
    row["delivery"] = {"plugin": "json", "settings": settings | ({} if ping is None else {"ping_url": ping})}
    return row | {"private_targets": []}


def market(*offers, **buyers) -> dict:
    found = nouns(list(offers), buyers=buyers)
    for slug, holder, owner in (("house", "house", ""), ("trial", "source", "web")):
        key = {"slug": slug, "holder": holder, "owner": owner, "hash": key_hash(f"ob_{slug}"), "test": slug == "trial"}
        found["key"][slug] = msgspec.convert(key, Key)
    return found


async def test_a_market_of_sandbox_buyers_sells_as_any_other(database_url, app_database_url):
    redirect = "https%3A%2F%2Fb.example%2Fnext"
    found = market(
        played("proud", "sandbox:accept?bid=30", "sandbox:reject?reason=no+thanks"),
        played(
            "good", "sandbox:accept?bid=25", f"sandbox:accept?redirect={redirect}", caps=[{"window": "day", "leads": 1}]
        ),
        played("direct", None, "sandbox:accept", price="5", tier="rest"),
        played("no", "sandbox:reject", "sandbox:accept"),
        played("mad", "sandbox:broken", "sandbox:accept"),
        played("ill", "sandbox:error?status=503", "sandbox:accept"),
        played("late", "sandbox:slow?bid=99&ms=5000", "sandbox:accept"),
        good={"wallet": {"credit": "100"}},
    )
    async with open_house(database_url, app_database_url, found) as house:
        answer = await house.sell(lead())
        assert (answer.json["outcome"], answer.json["price"]) == ("sold", "20.00")
        assert answer.json["redirect"] == "https://b.example/next"
        events = await house.events(answer.json["lead"])
        pinged = next(event for event in events if isinstance(event, ev.Pinged))
        names = house.process.exchange.market
        lines = {names.name("offer", line.offer): (line.outcome, line.reason) for line in pinged.bids}
        assert lines == {
            "proud": ("bid", ""),
            "good": ("bid", ""),
            "no": ("pass", "no_bid"),
            "mad": ("nonsense", "nonsense"),
            "ill": ("error", "server_error"),
            "late": ("late", "late"),
        }
        assert [event.reason for event in events if isinstance(event, ev.Rejected)] == ["rejected"]
        held = await house.connection.fetchval("select posted from account where owner = 'buyer:2' and unit = 'USD'")
        assert held == 25_000_000, "the wallet pays"
        again = await house.sell(lead())
        assert again.json["price"] == "4.00", "the day's cap is full: the next tier buys"
        balance = await house.balance()
        assert (balance.faults, balance.totals) == ((), {"USD": 0})


async def test_what_a_sandbox_buyer_was_sent_is_on_record_and_nobody_was_told_of_the_person(
    database_url, app_database_url
):
    found = market(played("a", "sandbox:accept?bid=25", "sandbox:accept"))
    async with open_house(database_url, app_database_url, found) as house:
        name = (await house.sell(lead())).json["lead"]
        answer = await request(house.port, "GET", f"/v1/leads/{name}/traffic?reason=case+7", key="ob_house")
        calls = answer.json["calls"]
        assert [(call["step"], call["url"]) for call in calls] == [
            ("ping", "sandbox:accept?bid=25"),
            ("post", "sandbox:accept"),
        ]
        assert '"phone"' in calls[1]["body"]
        exposure = await request(house.port, "GET", f"/v1/leads/{name}/exposure", key="ob_house")
        assert exposure.status == 200
        assert b"phone" not in exposure.body


@pytest.mark.parametrize(
    ("post", "outcome"),
    [("sandbox:silent", "pending"), ("sandbox:broken", "pending"), ("sandbox:duplicate", "unsold")],
)
async def test_how_a_post_ends_is_as_the_address_says(database_url, app_database_url, post, outcome):
    found = market(played("a", "sandbox:accept?bid=25", post))
    async with open_house(database_url, app_database_url, found) as house:
        assert (await house.sell(lead())).json["outcome"] == outcome


async def test_a_price_that_a_post_lowers_is_what_is_paid(database_url, app_database_url):
    found = market(played("a", "sandbox:accept?bid=25", "sandbox:accept?bid=10"))
    async with open_house(database_url, app_database_url, found) as house:
        assert (await house.sell(lead())).json["price"] == "8.00"


async def test_a_test_lead_comes_to_no_sandbox_and_moves_nothing(database_url, app_database_url):
    found = market(played("a", "sandbox:accept?bid=25", "sandbox:reject"))
    async with open_house(database_url, app_database_url, found) as house:
        answer = await house.sell(lead(), key="ob_trial")
        assert (answer.json["outcome"], answer.json["test"]) == ("sold", True)
        assert await house.connection.fetchval("select count(*) from transfer") == 0


async def test_a_form_in_the_query_reaches_a_sandbox_buyer_too(database_url, app_database_url):
    row = played("a", "sandbox:accept?bid=25", "sandbox:accept")
    row["delivery"] = {
        "plugin": "form",
        "settings": {"ping_url": "sandbox:accept?bid=25", "post_url": "sandbox:accept", "method": "GET"},
    }
    async with open_house(database_url, app_database_url, market(row)) as house:
        answer = await house.sell(lead())
        assert answer.json["price"] == "20.00"
        await until(lambda: not house.process.exchange.in_flight)
