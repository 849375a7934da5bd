"""The stream: a second is told once and never otherwise, by whichever process, and nothing is missed between two."""

import asyncio
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from api.live.conftest import market
from api.live.listening import Listening, total
from api.operator.asking import ask
from harness.buyers import ACCEPT, REJECT, bid
from harness.house import House, until
from harness.market import lead
from outbid.api.auth import key_hash
from outbid.api.operator.live import hub
from outbid.api.patient import PatientProtocol
from outbid.core.market.noun import Key
from outbid.store.people import users
from outbid.store.tally import beats

FIGURES = ("received", "sold", "unsold", "refused", "pings", "bids", "posts", "rejects", "money", "leads")


def apart(ticks) -> list[timedelta]:
    """How far the ticks are from each other."""
    ids = [datetime.fromisoformat(tick.id) for tick in ticks]
    return [later - earlier for earlier, later in pairwise(ids)]


def figures(ticks) -> dict:
    return {tick.id: {name: tick.data[name] for name in FIGURES} for tick in ticks}


def ended(count: int):
    return lambda ticks: sum(total(ticks, name) for name in ("sold", "unsold", "refused")) >= count


def hub_of(house: House) -> hub.Hub:
    return next(found for found in hubs if found._desk.exchange is house.process.exchange)


hubs: list[hub.Hub] = []


@pytest.fixture(autouse=True, scope="module")
def seen_hubs():
    """The hubs of the houses that are opened in this module."""
    made = hub.Hub.__init__

    def remember(self, desk):
        made(self, desk)
        hubs.append(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hub.Hub, "__init__", remember)
        yield
    hubs.clear()


async def sell_of_every_kind(pair) -> list[dict]:
    """Two sold to `a` for 10.00, one to `b` for 6.00 after `a` rejected it, one twin refused, one that nobody buys."""
    twin = lead()
    answers = [await pair.one.sell(twin), await pair.two.sell(lead()), await pair.two.sell(twin | {"amount": 7})]
    pair.buyers.on("a", ping=bid("10"), post=REJECT)
    answers.append(await pair.one.sell(lead()))
    pair.buyers.on("a", ping=REJECT, post=ACCEPT)
    pair.buyers.on("b", ping=REJECT)
    answers.append(await pair.two.sell(lead()))
    pair.buyers.on("a", ping=bid("10"))
    pair.buyers.on("b", ping=bid("6"))
    outcomes = [answer.json.get("outcome", "refused") for answer in answers]
    assert outcomes == ["sold", "sold", "refused", "sold", "unsold"]
    return [answer.json for answer in answers]


async def test_ticks_of_both_processes_are_the_same_and_add_up_to_what_was_sold(pair):
    async with Listening(pair.one.port) as first, Listening(pair.two.port) as second:
        assert (first.status, first.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
        sold = await sell_of_every_kind(pair)
        ticks, others = await first.ticks(ended(5)), await second.ticks(ended(5))
    assert set(apart(ticks)) <= {timedelta(seconds=1)}
    both = figures(ticks).keys() & figures(others).keys()
    assert {name: figures(ticks)[name] for name in both} == {name: figures(others)[name] for name in both}
    for found in (ticks, others):
        counts = {name: total(found, name) for name in FIGURES[:8]}
        assert counts == {
            "received": 5, "sold": 3, "unsold": 1, "refused": 1, "pings": 8, "bids": 6, "posts": 4, "rejects": 1
        }  # fmt: skip
        money = [money for tick in found for money in tick.data["money"]]
        assert {one["currency"] for one in money} == {"USD"}
        assert sum(float(one["revenue"]) for one in money) == 26.0
        assert sum(float(one["margin"]) for one in money) == pytest.approx(5.2)
        leads = {one["id"]: one for tick in found for one in tick.data["leads"]}
        assert leads.keys() == {one["lead"] for one in sold}
        third = leads[sold[3]["lead"]]
        assert (third["sold_to"], third["price"], third["bids"]) == ([{"offer": "b", "buyer": "b"}], "6.00", 2)
        assert [leads[one["lead"]]["status"] for one in sold] == ["sold", "sold", "refused", "sold", "unsold"]
        assert leads[sold[2]["lead"]]["reason"] == "duplicate"
        assert all(tick.data["answer_p95"] is not None for tick in found if tick.data["sold"])
    whole = await pair.one.connection.fetchrow(
        "select sum(times) filter (where outcome = 'received') as received, sum(price_micros) as price from tally"
        " where clock = 'arrival' and offer = 0 and dimension = ''"
    )
    assert (whole["received"], whole["price"]) == (5, 26_000_000)


async def test_who_comes_back_is_told_what_he_missed_once_by_another_process_too(pair):
    async with Listening(pair.one.port) as first:
        before = await first.ticks(lambda ticks: len(ticks) >= 2)
    assert (await pair.two.sell(lead())).json["outcome"] == "sold"
    await asyncio.sleep(2.5)
    assert (await pair.one.sell(lead())).json["outcome"] == "sold"
    async with Listening(pair.two.port, last=before[-1].id) as second:
        after = await second.ticks(lambda ticks: total(ticks, "sold") >= 2)
        after += await second.ticks(lambda ticks: len(ticks) >= 2)
    assert set(apart([*before, *after])) == {timedelta(seconds=1)}
    assert total(after, "sold") == 2
    async with Listening(pair.one.port, last=before[-1].id) as third:
        again = await third.ticks(lambda ticks: len(ticks) >= len(after))
    assert figures(again)[after[0].id] == figures(after)[after[0].id]
    assert {id_: figures(again)[id_] for id_ in figures(after)} == figures(after), "a second is never told otherwise"


async def test_what_is_too_long_ago_is_a_gap_that_is_named(pair):
    long_ago = "2020-01-01T00:00:00.000Z"
    async with Listening(pair.one.port, last=long_ago) as listening:
        gap = await listening.next()
        assert gap is not None
        assert (gap.name, gap.data["since"]) == ("gap", "2020-01-01T00:00:01.000Z")
        tick = await listening.next()
        assert tick is not None
        assert tick.id == gap.data["until"]


async def test_a_campaign_may_be_heard_alone_in_its_own_currency(pair):
    async with (
        Listening(pair.one.port, "?campaign=home") as home,
        Listening(pair.one.port, "?campaign=auto") as auto,
    ):
        assert (await pair.one.sell(lead(), key="ob_home")).json["outcome"] == "sold"
        ticks = await home.ticks(ended(1))
        others = await auto.ticks(lambda found: len(found) >= len(ticks))
    assert [money for tick in ticks for money in tick.data["money"]] == [
        {"currency": "CAD", "revenue": "10.00", "margin": "5.00"}
    ]
    assert [one["campaign"] for tick in ticks for one in tick.data["leads"]] == ["home"]
    assert total(others, "received") == 0


@pytest.mark.parametrize(
    ("query", "last", "told"),
    [
        ("?campaign=none", "", "no campaign 'none'"),
        ("?campain=auto", "", "there is no 'campain'"),
        ("", "yesterday", "Last-Event-ID"),
        ("", "2026-01-01T00:00:00", "Last-Event-ID"),
        ("", "2990-01-01T00:00:00Z", "has not come yet"),
    ],
)
async def test_what_cannot_be_told_is_refused_before_the_stream_begins(pair, query, last, told):
    async with Listening(pair.one.port, query, last=last) as listening:
        assert (listening.status, listening.problem["code"]) == (400, "parameter_faulty")
        assert told in listening.problem["detail"]


async def test_nobody_without_a_key_of_the_house_listens(pair):
    async with Listening(pair.one.port, key=None) as nobody, Listening(pair.one.port, key="ob_home") as seller:
        assert (nobody.status, seller.status) == (401, 403)


async def test_who_signed_out_hears_no_more_within_seconds(pair):
    await users.create(pair.one.connection, "ann", "correct horse battery")
    signed_in = await ask(
        pair.one, "POST", "/v1/session", {"user": "ann", "password": "correct horse battery"}, key=None
    )
    cookie, csrf = signed_in.headers["set-cookie"].partition(";")[0], signed_in.json["csrf"]
    async with Listening(pair.two.port, cookie=cookie) as listening:
        await listening.ticks(lambda ticks: len(ticks) >= 1)
        gone = await ask(pair.one, "DELETE", "/v1/session", key=None, Cookie=cookie, X_CSRF_Token=csrf)
        assert gone.status == 204
        assert await last_word(listening) == "signed_out"


async def test_a_key_that_was_revoked_hears_no_more(pair):
    hash_ = key_hash("ob_short")
    kept = market(pair.buyers.port)
    await pair.one.change(kept | {"key": kept["key"] | {"short": Key(slug="short", holder="house", hash=hash_)}})
    await until(lambda: hash_ in pair.two.process.exchange.market.keys)
    async with Listening(pair.two.port, key="ob_short") as listening:
        await listening.ticks(lambda ticks: len(ticks) >= 1)
        await pair.one.change(kept)
        assert await last_word(listening) == "signed_out"


async def test_streams_end_when_the_process_does_and_no_new_one_begins(pair):
    exchange = pair.two.process.exchange
    async with Listening(pair.two.port) as listening:
        await listening.ticks(lambda ticks: len(ticks) >= 1)
        exchange.leave()
        try:
            assert await last_word(listening) == "leaving"
            async with Listening(pair.two.port) as late:
                assert (late.status, late.problem["code"]) == (503, "streams_full")
        finally:
            exchange.leaving = False


async def test_there_is_an_end_to_how_many_listen(pair, monkeypatch):
    monkeypatch.setattr(hub, "MOST_STREAMS", 2)
    async with Listening(pair.one.port) as first, Listening(pair.one.port) as second:
        assert (first.status, second.status) == (200, 200)
        async with Listening(pair.one.port) as third:
            assert (third.status, third.problem["code"]) == (503, "streams_full")
            assert third.headers["retry-after"] == "5"
    await until(lambda: not hub_of(pair.one)._listeners)
    async with Listening(pair.one.port) as fourth:
        assert fourth.status == 200


async def test_nothing_is_looked_at_while_nobody_listens(pair):
    found = hub_of(pair.one)
    async with Listening(pair.one.port) as listening:
        await listening.ticks(lambda ticks: len(ticks) >= 1)
        assert not found._task.done()
    await until(lambda: found._task.done())
    assert not found._listeners


async def test_the_streams_of_a_process_share_one_look(pair, monkeypatch):
    looks = []
    between = beats.between

    async def counted(*given, **more):
        looks.append(given)
        return await between(*given, **more)

    monkeypatch.setattr(hub.beats, "between", counted)
    async with Listening(pair.one.port) as a, Listening(pair.one.port) as b, Listening(pair.one.port) as c:
        for listening in (a, b, c):
            await listening.ticks(lambda ticks: len(ticks) >= 3)
    assert len(looks) <= 5


async def test_a_client_that_falls_behind_is_given_up():
    slow = hub.Listener(None, "", "key", 0.0)
    for _ in range(hub.MOST_WAITING):
        slow.tell(b"tick")
    assert slow.over == ""
    slow.tell(b"tick")
    assert slow.over == "slow"
    assert await slow.next(1.0) is None


async def test_a_client_that_reads_nothing_loses_its_connection(pair, monkeypatch):
    monkeypatch.setattr(hub, "event_of", lambda *_: b": " + b"x" * 4_000_000 + b"\n\n")
    monkeypatch.setattr(PatientProtocol, "unread_s", 1.0)
    async with Listening(pair.one.port) as listening:
        assert listening.status == 200
        listening.rest()
        await until(lambda: hub_of(pair.one)._listeners)
        await until(lambda: not hub_of(pair.one)._listeners, 15)


async def test_a_stream_says_that_it_lives_while_there_is_nothing_to_tell():
    assert await hub.Listener(None, "", "key", 0.0).next(0.01) == b""


async def last_word(listening: Listening) -> str:
    """Why the stream ends, and that it does."""
    async with asyncio.timeout(6):
        while (event := await listening.next()) is not None:
            if event.name == "end":
                assert await listening.next() is None
                return event.data["why"]
    raise AssertionError("the stream ended without a word")
