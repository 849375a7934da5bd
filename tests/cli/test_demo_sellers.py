"""The example people, and the sellers who send them to an exchange that is played here."""

import asyncio
import datetime
import itertools
import json
import os
import random
import signal
import sys
from pathlib import Path

import msgspec
import pytest
from ruamel.yaml import YAML

from outbid.cli.demo import sellers
from outbid.cli.demo.buying.serve import Reply, Server
from outbid.cli.demo.selling import arrivals
from outbid.cli.demo.selling.people import FLAWS, PEOPLE, flawed, people
from outbid.cli.demo.selling.places import PLACES
from outbid.core.dialect.wire import parse_target
from outbid.plugins.fields import _us, boolean, date, email, ip, phone, url, zip

TODAY = datetime.date(2026, 5, 17)
MARKET = YAML(typ="safe").load(Path(__file__).parents[2] / "examples" / "auto_insurance.yaml")
FIELDS = [field["name"] for field in MARKET["campaigns"][0]["fields"]]
SOME = list(itertools.islice(people(1, today=TODAY), 2000))


def read(field, raw):
    return field.read(raw, field.Settings(), TODAY)


def value(field, raw):
    return read(field, raw).value


# -- people


def test_every_place_belongs_together():
    assert len(PLACES) >= 80
    assert {place.state for place in PLACES} == set(_us.STATE_BY_AREA_CODE.values()) - {"AS", "GU", "MP", "PR", "VI"}
    for place in PLACES:
        assert _us.STATE_BY_ZIP3[place.zip[:3]] == place.state
        assert _us.STATE_BY_AREA_CODE[place.area_code] == place.state


def test_nobody_comes_twice():
    crowd = list(itertools.islice(people(2), PEOPLE))
    assert PEOPLE > 35_000
    assert len({value(phone, person["phone"]) for person in crowd}) == PEOPLE
    assert len({value(email, person["email"]) for person in crowd}) == PEOPLE


def test_the_same_seed_gives_the_same_people_and_another_one_others():
    assert list(itertools.islice(people(1, today=TODAY), 2000)) == SOME
    assert SOME[300:] == list(itertools.islice(people(1, 300, TODAY), 1700))
    assert SOME[:50] != list(itertools.islice(people(2, today=TODAY), 50))


def test_people_tell_what_the_market_asks_and_the_fields_can_read_it():
    plain = {"email": email, "phone": phone, "zip": zip, "birth_date": date, "insured": boolean, "ip": ip}
    for person in SOME:
        assert list(person) == FIELDS
        for name, field in {**plain, "trustedform_url": url}.items():
            assert read(field, person[name]).value is not None, person[name]
        assert all(person[name] for name in ("first_name", "last_name", "street", "city", "vehicle_make"))


def test_people_live_where_their_numbers_say_and_nowhere_real():
    for person in SOME:
        number = value(phone, person["phone"])
        assert number[5:10] == "55501"
        assert _us.STATE_BY_AREA_CODE[number[2:5]] == person["state"]
        assert person["email"].rpartition("@")[2].endswith((".example.com", ".example.org", ".test"))
        assert person["email"].isascii()
        assert person["trustedform_url"].startswith("https://cert.example.com/")
        assert person["ip"].startswith(("192.0.2.", "198.51.100.", "203.0.113."))


def test_few_are_under_age_and_cars_are_of_their_time():
    ages = [read(date, person["birth_date"]).parts["age"] for person in SOME]
    assert 5 <= sum(age < 18 for age in ages) <= 45
    assert min(ages) >= 15
    assert 30 < sum(ages) / len(ages) < 60
    assert all(1996 <= person["vehicle_year"] <= 2026 for person in SOME)
    assert all(person["vehicle_year"] >= 2017 for person in SOME if person["vehicle_make"] == "Tesla")


@pytest.mark.parametrize("kind", FLAWS)
def test_a_flaw_is_the_same_again_and_leaves_the_person_alone(kind):
    for person in SOME[:50]:
        before = dict(person)
        assert flawed(person, kind) == flawed(person, kind) != person == before


def test_each_flaw_is_what_it_says():
    required = MARKET["campaigns"][0]["checks"][0]["settings"]["fields"]
    for person in SOME[:200]:
        missing = flawed(person, "missing_field")
        assert sum(not missing.get(name) for name in required) == 1
        assert value(phone, flawed(person, "bad_phone")["phone"]) is None
        again = flawed(person, "repeat")
        assert again["phone"] != person["phone"]
        assert value(phone, again["phone"]) == value(phone, person["phone"])
        assert value(email, again["email"]) == value(email, person["email"])
        assert set(flawed(person, "unknown_field")) > set(person)


# -- arrivals


def test_some_leads_are_flawed_and_the_rest_are_new_people():
    sent = list(itertools.islice(arrivals.leads(4, 0, random.Random(1)), 3000))
    numbers = [value(phone, lead.get("phone")) for lead in sent]
    whole = [number for number in numbers if number]
    repeats = len(whole) - len(set(whole))
    assert 20 < repeats < 120
    assert 20 < sum(not set(lead) <= set(FIELDS) for lead in sent) < 120
    assert 20 < numbers.count(None) < 200


def test_the_day_has_a_gentle_wave():
    hours = [arrivals.wave(hour / 4) for hour in range(96)]
    assert sum(hours) / 96 == pytest.approx(1)
    assert max(hours) == arrivals.wave(15) == pytest.approx(1.25)
    assert min(hours) == pytest.approx(0.75)


def test_arrivals_are_a_poisson_stream(monkeypatch):
    monkeypatch.setattr(arrivals, "wave", lambda hour: 1.0)
    dice = random.Random(1)
    gaps = [arrivals.gap(4.0, dice) for _ in range(20_000)]
    mean = sum(gaps) / len(gaps)
    assert mean == pytest.approx(0.25, rel=0.03)
    assert sum((gap - mean) ** 2 for gap in gaps) / len(gaps) == pytest.approx(mean**2, rel=0.06)


def test_a_restarted_demo_goes_on_with_new_people():
    seed, first = arrivals.start_by_clock(2.0, 1_790_000_000.0)
    later = arrivals.start_by_clock(2.0, 1_790_000_000.0 + 600)
    busiest = 600 * 2.0 * 1.25
    assert later == ((seed, first + busiest) if first + busiest < PEOPLE else (seed + 1, first + busiest - PEOPLE))
    assert arrivals.start_by_clock(2.0, 1_790_000_000.0 + PEOPLE / 2.5)[0] == seed + 1


# -- sellers


class Exchange:
    """Takes leads in as the exchange does, and notes what came."""

    def __init__(self, replies=None):
        self.leads, self.keys, self.connections = [], [], 0
        self._replies = iter(replies or ())
        self.server = Server(self.answer)

    def answer(self, request):
        assert (request.method, request.path) == ("POST", "/v1/leads")
        assert request.headers["content-type"] == "application/json"
        self.leads.append(json.loads(request.body))
        self.keys.append(request.headers["authorization"])
        return next(self._replies, None) or outcome("sold")

    async def start(self, port=0):
        self.port = await self.server.start(port)
        return f"http://127.0.0.1:{self.port}/v1/leads"


def outcome(word, status=200, pause=0.0):
    return Reply(status, msgspec.json.encode({"outcome": word, "lead": "ld_1"}), pause)


async def start(url, *more, keys="ob_one, ob_two"):
    command = [sys.executable, "-m", "outbid.cli.demo.sellers", "--url", url, *more]
    environment = {**os.environ, "OUTBID_DEMO_KEYS": keys}
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(*command, env=environment, stdout=pipe, stderr=pipe)


async def stop(process, number=signal.SIGTERM):
    process.send_signal(number)
    said, errors = await asyncio.wait_for(process.communicate(), 5)
    return process.returncode, said.decode(), errors.decode()


async def until(true, seconds=6.0):
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.02)


async def test_sellers_send_with_their_keys_and_say_only_how_many():
    exchange = Exchange()
    process = await start(await exchange.start(), "--rate", "300", "--seed", "1")
    await until(lambda: len(exchange.leads) >= 60)
    code, said, errors = await stop(process)
    exchange.server.stop()
    assert (code, errors) == (0, "")
    assert said == f"leads: {len(exchange.leads)} ({len(exchange.leads)} sold)\n"
    assert set(exchange.keys) == {"Bearer ob_one", "Bearer ob_two"}


async def test_sellers_wait_for_an_exchange_that_is_away_and_survive_its_restart():
    exchange = Exchange()
    url = await exchange.start()
    exchange.server.stop()
    process = await start(url, "--rate", "20", "--seed", "1")
    await asyncio.sleep(0.8)
    exchange = Exchange()
    await exchange.start(int(url.rpartition(":")[2].partition("/")[0]))
    await until(lambda: len(exchange.leads) >= 12)
    exchange.server.stop()
    await asyncio.sleep(0.2)
    again = Exchange()
    await again.start(exchange.port)
    await until(lambda: len(again.leads) >= 12)
    code, said, errors = await stop(process, signal.SIGINT)
    again.server.stop()
    assert (code, errors) == (0, "")
    assert said.count("\n") == 1
    known = [(lead.get("email"), lead.get("trustedform_url")) for lead in exchange.leads + again.leads]
    assert len(known) == len(set(known))


async def trickle(replies, leads=1):
    exchange = Exchange(replies)
    sender = sellers.Sellers(parse_target(await exchange.start()), ["ob_k"], random.Random(1))
    for person in SOME[:leads]:
        sender.send(person)
        await asyncio.sleep(0.05)
    return exchange, sender


async def test_every_outcome_is_counted(monkeypatch):
    odd = [Reply(401, b'{"title": "no"}'), Reply(200, b"[]"), Reply(200, b"no json")]
    words = [outcome("sold"), outcome("unsold"), outcome("refused", 422), outcome("pending", 202)]
    exchange, sender = await trickle(words + odd, 7)
    await sender.finish()
    exchange.server.stop()
    assert sender.count() == "leads: 7 (1 sold, 1 unsold, 1 refused, 1 pending, 3 failed)"


async def test_an_exchange_that_is_too_busy_is_asked_again(monkeypatch):
    monkeypatch.setattr(sellers, "FIRST_PAUSE", 0.01)
    exchange, sender = await trickle([Reply(503, b"{}"), Reply(429, b"{}"), outcome("unsold")])
    await sender.finish()
    exchange.server.stop()
    assert exchange.leads == [SOME[0]] * 3
    assert sender.count() == "leads: 1 (1 unsold)"


async def test_what_may_have_arrived_is_not_sent_again():
    exchange, sender = await trickle([outcome("sold", pause=5)])
    await until(lambda: exchange.leads)
    exchange.server.stop()
    await sender.finish()
    assert len(exchange.leads) == 1
    assert sender.count() == "leads: 1 (1 unanswered)"


async def test_connections_are_kept_alive():
    peers = set()

    async def serve(reader, writer):
        peers.add(writer.get_extra_info("peername"))
        while head := await reader.readuntil(b"\r\n\r\n"):
            length = next(int(line[16:]) for line in head.split(b"\r\n") if line.startswith(b"Content-Length: "))
            await reader.readexactly(length)
            writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 18\r\n\r\n{"outcome":"sold"}')

    async def served(reader, writer):
        try:
            await serve(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(served, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1/leads"
    sender = sellers.Sellers(parse_target(address), ["ob_k"], random.Random(1))
    for person in SOME[:5]:
        sender.send(person)
        await asyncio.sleep(0.03)
    await sender.finish()
    server.close()
    assert sender.count() == "leads: 5 (5 sold)"
    assert len(peers) == 1


async def test_a_crowd_that_waits_has_an_end(monkeypatch):
    monkeypatch.setattr(sellers, "MOST_WAITING", 3)
    monkeypatch.setattr(sellers, "SECONDS_TO_FINISH", 0.05)
    exchange = Exchange([outcome("sold", pause=5)] * 3)
    sender = sellers.Sellers(parse_target(await exchange.start()), ["ob_k"], random.Random(1))
    for person in SOME[:5]:
        sender.send(person)
    await sender.finish()
    exchange.server.stop()
    assert sender.count() == "leads: 5 (5 given up)"


@pytest.mark.parametrize(
    ("more", "keys", "words"),
    [
        (("--url", "ftp://x"), "k", "must begin with http"),
        (("--rate", "0"), "k", "--rate is more than 0"),
        ((), " , ", "OUTBID_DEMO_KEYS"),
    ],
)
async def test_a_wrong_start_is_explained(more, keys, words):
    process = await start("http://127.0.0.1:1/v1/leads", *more, keys=keys)
    said, errors = await asyncio.wait_for(process.communicate(), 5)
    assert (process.returncode, said) == (2, b"")
    assert words in errors.decode()
