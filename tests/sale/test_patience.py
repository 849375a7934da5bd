"""Patience, door to door: who is slow is not waited for, is read all the same, and wins his time back."""

import asyncio

from msgspec import convert

from api.operator.asking import ask
from harness.buyers import ACCEPT, bid
from harness.house import open_house, until
from harness.market import lead, nouns, offer
from outbid.api.auth import key_hash
from outbid.cli.shown.explain import explain_lead
from outbid.core.ids import LEAD, parse
from outbid.core.lead.event import Pinged
from outbid.core.market.noun import Key
from outbid.core.scope import HOUSE
from outbid.store import leads

LONG_MS = 20_000
"""A deadline that no test waits for."""
LEAST = 20
PATIENCE = {"may_lose": "10%", "least": LEAST, "least_ms": 400, "in_full": "0.0001%"}
SLOW_S = 0.7


class Mood:
    """A buyer who answers at once, after a while, or when he is let."""

    def __init__(self, price):
        self.bids, self.pause_s, self.let = bid(price), 0.0, None

    async def __call__(self, got):
        if self.let is not None:
            await self.let.wait()
        await asyncio.sleep(self.pause_s)
        return self.bids


def market(port, **tier):
    main = {"slug": "main", "deadline_ms": LONG_MS, "patience": PATIENCE} | tier
    found = nouns([offer("quick", port), offer("moody", port)], campaign_more={"tiers": [main]})
    for slug, holder in (("house", {"holder": "house"}), ("mine", {"holder": "buyer", "owner": "moody"})):
        found["key"][slug] = convert({"slug": slug, "hash": key_hash(f"ob_{slug}")} | holder, Key)
    return found


class Selling:
    """Leads that are sold one after another, and what their rounds said."""

    def __init__(self, house):
        self.house, self.rounds, self.last = house, [], ""
        self.number = {offer.slug: number for number, offer in house.process.exchange.market.offers.items()}

    async def sell(self):
        """One lead: its price for the seller, and its round."""
        answer = await asyncio.wait_for(self.house.sell(lead()), LONG_MS / 2000)
        self.last = answer.json["lead"]
        events = await self.house.events(self.last)
        self.rounds.append(next(event for event in events if isinstance(event, Pinged)))
        return answer.json["price"], self.rounds[-1]

    def line(self, round_, slug):
        return next(line for line in round_.bids if line.offer == self.number[slug])

    def lines(self, slug):
        return [self.line(round_, slug) for round_ in self.rounds]


async def _shown(house, path, key="ob_house"):
    return (await ask(house, "GET", path, key=key)).json["items"]


async def test_who_became_slow_is_cut_off_then_waited_for_and_less_when_he_is_fast_again(
    database_url, app_database_url, buyers
):
    moody = Mood("9")
    buyers.on("quick", ping=bid("5"), post=ACCEPT)
    buyers.on("moody", ping=moody, post=ACCEPT)
    async with open_house(database_url, app_database_url, market(buyers.port)) as house:
        selling = Selling(house)
        for _ in range(LEAST):
            price, round_ = await selling.sell()
            assert (round_.wait.why, round_.wait.deadline_ms, price) == ("little_known", LONG_MS, "7.20")
        _, round_ = await selling.sell()
        assert (round_.wait.why, round_.wait.deadline_ms) == ("least", 400)

        moody.let = asyncio.Event()
        price, round_ = await selling.sell()
        line = selling.line(round_, "moody")
        assert (price, line.outcome, line.reason, line.sent) == ("4.00", "late", "past_patience", True)
        assert 390 <= round_.ms < LONG_MS / 2
        await _says_why(selling, round_.wait)
        (told,) = await _shown(house, "/v1/control/times")
        assert (told["cut"], told["watched"]) == (1, 0), "his answer is open still"
        moody.let.set()
        rounds = next(iter(house.process.exchange.times.rounds.values()))
        await until(lambda: rounds.watched == 1)

        moody.let, moody.pause_s = None, SLOW_S
        price = "4.00"
        while price == "4.00" and len(selling.rounds) < 2 * LEAST:
            price, round_ = await selling.sell()
        assert (price, round_.wait.why, round_.wait.offer) == ("7.20", "needed", selling.number["moody"])
        assert SLOW_S * 1000 < round_.wait.deadline_ms < LONG_MS
        assert rounds.watched == rounds.cut
        assert rounds.saved_ms > (rounds.cut - 1) * 100, "he answered after 700 ms, and 400 were waited"

        moody.pause_s = 0.0
        while round_.wait.why != "least" and len(selling.rounds) < 6 * LEAST:
            price, round_ = await selling.sell()
        assert (price, round_.wait.why) == ("7.20", "least")
        await _is_told_as_it_was(selling)


async def _says_why(selling, wait):
    """Timeline, receipt and the story in words say how long the round waited, and for whom."""
    house = selling.house
    log = (await ask(house, "GET", f"/v1/leads/{selling.last}/log")).json
    (pinged,) = (moment["what"] for moment in log["timeline"] if moment["type"] == "pinged")
    slowest = next(slug for slug, number in selling.number.items() if number == wait.offer)
    assert pinged["wait"] == {
        "deadline_ms": 400,
        "whole_ms": LONG_MS,
        "why": "least",
        "lot": wait.lot,
        "offer": slowest,
        "pings": wait.pings,
        "needs_ms": wait.needs_ms,
    }
    words = f"waited up to 400 ms of {LONG_MS}: nobody needs longer: {slowest}, the slowest, needs {wait.needs_ms} ms"
    (receipt,) = (receipt for receipt in log["receipts"] if receipt["offer"] == "moody")
    assert (receipt["outcome"], receipt["reason"], receipt["detail"]) == ("late", "past_patience", words)
    record = await leads.read(house.connection, HOUSE, *parse(LEAD, selling.last))
    exchange = house.process.exchange
    assert f"; it {words}" in explain_lead(record, exchange.market, exchange.vault, []).text


async def _is_told_as_it_was(selling):
    """What the routes tell is what the rounds say, counted by hand."""
    house, lines = selling.house, selling.lines("moody")
    late, sold = sum(line.outcome == "late" for line in lines), sum(line.outcome == "bid" for line in lines)
    pings = late + sold

    async def is_counted():
        items = {one["offer"]: one for one in await _shown(house, "/v1/control/late")}
        return items.get("moody", {}).get("pings") == pings

    await until(is_counted, 10)
    (mine,) = await _shown(house, "/v1/buyer/late", "ob_mine")
    told = {one["offer"]: one for one in await _shown(house, "/v1/control/late")}
    assert mine == told["moody"]
    assert (mine["late"], mine["cut"], mine["answered"], mine["sold"]) == (late, late, sold, sold)
    assert (mine["price"], mine["missed"]) == (f"{9 * sold}.00", f"{9 * late}.00")
    assert (mine["missed_sales"], mine["estimate"]) == (float(late), True)
    assert (told["quick"]["late"], told["quick"]["sold"], told["quick"]["missed"]) == (0, late, "0.00")
    assert sum(day["late"] for day in mine["days"]) == late

    (tier,) = await _shown(house, "/v1/control/times")
    assert (tier["campaign"], tier["tier"], tier["rounds"], tier["cut"]) == ("auto", "main", pings, late)
    assert tier["saved_ms_per_round"] == round(tier["saved_ms"] / pings, 1)
    by = {one["offer"]: one for one in tier["offers"]}
    assert by["moody"]["needs"] < 400
    assert LEAST <= by["quick"]["pings"] <= 2 * LEAST


async def test_early_posting_and_patience_live_in_one_tier(database_url, app_database_url, buyers):
    """Who is dropped because all was decided is learned from too: his answer is read, and tells how slow he is."""
    moody = Mood("1")
    buyers.on("quick", ping=bid("5"), post=ACCEPT)
    buyers.on("moody", ping=moody, post=ACCEPT)
    tier = {"early": True, "method": {"plugin": "first_to_answer"}}
    async with open_house(database_url, app_database_url, market(buyers.port, **tier)) as house:
        selling = Selling(house)
        moody.pause_s = 0.3
        _, round_ = await selling.sell()
        assert selling.line(round_, "moody").reason == "not_awaited"
        known = house.process.exchange.times.lot
        number, rule = selling.number["moody"], house.process.exchange.market.campaigns
        rule = next(iter(rule.values())).tiers[0].patience
        await until(lambda: known(rule, number).pings == 1)
        assert sum(known(rule, number).answered) == 1


async def test_a_tier_without_patience_learns_nothing_and_tells_nothing(database_url, app_database_url, buyers):
    buyers.on("quick", ping=bid("5"), post=ACCEPT)
    buyers.on("moody", ping=bid("9"), post=ACCEPT)
    async with open_house(database_url, app_database_url, market(buyers.port, patience=None)) as house:
        _, round_ = await Selling(house).sell()
        assert round_.wait is None
        assert house.process.exchange.times.rounds == {}
        assert await _shown(house, "/v1/control/times") == []
