"""The example buyers over real sockets, spoken to as the exchange speaks to them."""

import asyncio
import datetime
import itertools
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import msgspec
import pytest
from ruamel.yaml import YAML

from outbid.cli.demo.buying.fleet import Fleet
from outbid.cli.demo.buying.profiles import PROFILES
from outbid.cli.demo.buying.serve import Server
from outbid.cli.demo.selling.people import people
from outbid.core.contract import Ask, Binding, PingReply, PostReply
from outbid.core.dialect.wire import Failure, Response
from outbid.core.lead.value import Value
from outbid.core.money import ONE, micros
from outbid.plugins.deliveries import json as delivery

MARKET = YAML(typ="safe").load(Path(__file__).parents[2] / "examples" / "auto_insurance.yaml")
CAMPAIGN = MARKET["campaigns"][0]
BIDDERS = [name for name, profile in PROFILES.items() if profile.ping_ms]
TODAY = datetime.date(2026, 5, 17)
PEOPLE = list(itertools.islice(people(5, today=TODAY), 40))


def start(*more):
    command = [sys.executable, "-m", "outbid.cli.demo.buyers", "--port", "0", *more]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    ready = process.stdout.readline()
    return process, "http://" + re.search(r"127\.0\.0\.1:\d+$", ready).group()


def stop(process, number=signal.SIGTERM):
    process.send_signal(number)
    rest, errors = process.communicate(timeout=5)
    return process.returncode, rest, errors


@pytest.fixture(scope="module")
def url():
    process, address = start("--seed", "7")
    yield address
    assert stop(process) == (0, "", "")


@pytest.fixture(scope="module")
def web(url):
    with httpx.Client(base_url=url, timeout=5) as client:
        yield client


def ping_of(person, ref="ref-1"):
    return {
        "ref": ref,
        "zip": person["zip"],
        "state": person["state"],
        "birth_date": {"age": 41},
        "vehicle_year": person["vehicle_year"],
        "vehicle_make": person["vehicle_make"],
        "insured": person["insured"],
        "incidents": person["incidents"],
        "phone": {"area_code": "512"},
    }


def bid_of(web, name, people=PEOPLE):
    """The first bid that somebody gets."""
    for person in people:
        answer = web.post(f"/{name}/ping", json=ping_of(person)).json()
        if answer["accepted"]:
            return person, answer
    raise AssertionError(f"{name} passes on everybody")


def sale_of(web, name, key):
    """The first post that is bought, and its answer."""
    for at, person in enumerate(PEOPLE):
        answer = web.post(f"/{name}/ping", json=ping_of(person)).json()
        if answer["accepted"]:
            post = {**person, "ref": "ref-1", "token": answer["ping_id"], "price": answer["price"]}
            sold = web.post(f"/{name}/post", json=post, headers={"Idempotency-Key": f"{key}-{at}"})
            if sold.json()["accepted"]:
                return f"{key}-{at}", post, sold
    raise AssertionError(f"{name} buys nothing")


def books_of(web, name):
    return web.get("/books").json()[name]


def grown(before, after):
    return {name: after[name] - before[name] for name in after if after[name] != before[name]}


def test_the_buyers_are_those_of_the_example_market():
    assert set(PROFILES) == {buyer["slug"] for buyer in MARKET["buyers"]}
    for offer in MARKET["offers"]:
        settings = offer["delivery"]["settings"]
        assert offer["private_targets"] == ["127.0.0.1:8801"]
        assert settings["post_url"] == f"http://127.0.0.1:8801/{offer['buyer']}/post"
        assert ("ping_url" in settings) == (PROFILES[offer["buyer"]].bids is not None)


@pytest.mark.parametrize("name", BIDDERS)
def test_bids_lie_in_the_range_and_use_it(name):
    buyer = Fleet(3).buyers[name]
    crowd = itertools.islice(people(1, today=TODAY), 1500)
    answers = [msgspec.json.decode(buyer.ping(ping_of(person))) for person in crowd]
    prices = [micros(answer["price"]) for answer in answers if answer["accepted"]]
    low, high = buyer.profile.bids
    assert all(low <= price <= high and price % (ONE // 100) == 0 for price in prices)
    assert max(prices) - min(prices) > (high - low) / 2
    assert len(answers) - len(prices) == pytest.approx(1500 * buyer.profile.passes, abs=45)
    assert {answer["reason"] for answer in answers if not answer["accepted"]} == set(buyer.profile.pass_reasons)


def test_a_better_driver_is_worth_more():
    swift = Fleet(3).buyers["swift"]
    for person in PEOPLE:
        good = {**ping_of(person), "insured": True, "incidents": 0, "vehicle_year": 2023}
        poor = {**ping_of(person), "insured": False, "incidents": 4, "vehicle_year": 1999, "birth_date": {"age": 19}}
        answers = [msgspec.json.decode(swift.ping(lead)) for lead in (good, poor)]
        if all(answer["accepted"] for answer in answers):
            assert micros(answers[0]["price"]) > micros(answers[1]["price"])


def test_the_same_request_gets_the_same_answer_and_another_seed_another():
    requests = [ping_of(person) for person in PEOPLE]
    first, again, other = ([Fleet(seed).buyers["swift"].ping(r) for r in requests] for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_fickle_rejects_a_third_for_many_reasons():
    fickle = Fleet(1).buyers["fickle"]
    token = next(a for p in PEOPLE if (a := msgspec.json.decode(fickle.ping(ping_of(p))))["accepted"])["ping_id"]
    crowd = itertools.islice(people(1, today=TODAY), 1200)
    answers = [msgspec.json.decode(fickle.post({**person, "token": token}, "")) for person in crowd]
    reasons = [answer["reason"] for answer in answers if not answer["accepted"]]
    assert len(reasons) == pytest.approx(400, abs=60)
    assert {"duplicate", "outside territory", "phone disconnected"} <= set(reasons)


@pytest.mark.parametrize("name", BIDDERS)
def test_a_buyer_buys_at_his_bid_and_writes_it_down(web, name):
    _, post, sold = sale_of(web, name, f"books-{name}")
    before = books_of(web, name)
    answer = web.post(f"/{name}/post", json=post | {"price": "1.00"}, headers={"Idempotency-Key": f"{name}-2"}).json()
    assert answer == sold.json()
    assert answer["price"] == post["price"]
    assert answer["redirect_url"].startswith(f"https://{name}.example/quote/")
    assert answer["policy_ref"].startswith(name[:3].upper())
    assert grown(before, books_of(web, name)) == {"posted": 1, "bought": 1, "money_micros": micros(post["price"])}


def test_a_post_with_a_known_key_gets_the_same_bytes_and_is_bought_once(web):
    key, post, sold = sale_of(web, "swift", "once")
    before = books_of(web, "swift")
    again = web.post("/swift/post", json=post, headers={"Idempotency-Key": key})
    changed = web.post("/swift/post", json=post | {"token": "nonsense"}, headers={"idempotency-key": key})
    assert again.content == changed.content == sold.content
    assert grown(before, books_of(web, "swift")) == {"repeated": 2}


def test_a_ping_id_of_somebody_else_buys_nothing(web):
    _, answer = bid_of(web, "harbor")
    for token in (answer["ping_id"], "99000000-aa-bb", "-", "é--"):
        said = web.post("/swift/post", json={**PEOPLE[0], "token": token}).json()
        assert said == {"accepted": False, "reason": "unknown ping_id"}


def test_a_bid_is_good_after_a_restart(url, web):
    _, answer = bid_of(web, "prairie")
    other = Fleet(7).buyers["prairie"]
    answers = [msgspec.json.decode(other.post({**p, "token": answer["ping_id"]}, "")) for p in PEOPLE]
    assert {a["price"] for a in answers if a["accepted"]} == {answer["price"]}


def test_lastcall_takes_leads_at_the_price_sent_and_no_pings(web):
    before = books_of(web, "lastcall")
    started = time.monotonic()
    answer = web.post("/lastcall/post", json={**PEOPLE[0], "price": "8.50"}).json()
    assert time.monotonic() - started >= 0.079
    assert (answer["accepted"], answer["price"]) == (True, "8.50")
    assert grown(before, books_of(web, "lastcall")) == {"posted": 1, "bought": 1, "money_micros": 8_500_000}
    assert web.post("/lastcall/ping", json=ping_of(PEOPLE[0])).status_code == 404


@pytest.mark.parametrize("name", BIDDERS)
def test_each_buyer_takes_his_time(web, name):
    low, high = PROFILES[name].ping_ms
    spans = []
    for person in PEOPLE[:2]:
        started = time.monotonic()
        web.post(f"/{name}/ping", json=ping_of(person))
        spans.append((time.monotonic() - started) * 1000)
    assert min(spans) >= low - 2
    assert min(spans) <= high + 100


def test_nightowl_holds_the_line_until_the_caller_hangs_up(url, web):
    before = books_of(web, "nightowl")["asked"]
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(f"{url}/nightowl/ping", json=ping_of(PEOPLE[0]), timeout=0.4)
    assert books_of(web, "nightowl")["asked"] == before + 1


@pytest.mark.parametrize(
    ("path", "body", "status", "words"),
    [
        ("/swift/ping", b"{not json", 400, "not JSON"),
        ("/swift/ping", b'"\\ud800"', 400, "not JSON"),
        ("/swift/ping", b"[1]", 400, "no object"),
        ("/swift/ping", b"[" * 5000, 400, "not JSON"),
        ("/swift/post", b"{}", 400, "ping_id"),
        ("/lastcall/post", b"{}", 400, "price"),
        ("/lastcall/post", b'{"price": true}', 400, "price"),
        ("/lastcall/post", b'{"price": "-8.50"}', 400, "price"),
        ("/lastcall/post", b'{"price": "0"}', 400, "price"),
        ("/nobody/post", b"{}", 404, "swift"),
        ("/swift/else", b"{}", 404, "/books"),
        ("/books", b"{}", 405, "GET"),
        ("/swift/ping", b" " * 1_100_000, 413, "larger"),
    ],
)
def test_a_bad_request_gets_a_sentence_and_leaves_the_books_alone(web, path, body, status, words):
    before = web.get("/books").json()
    answer = web.post(path, content=body)
    assert answer.status_code == status
    assert answer.json()["accepted"] is False
    assert words in answer.json()["reason"]
    assert web.get("/books").json() == before


@pytest.mark.parametrize("odd", [{"birth_date": 7}, {"insured": [1]}, {"incidents": "many"}, {"vehicle_year": 10**30}])
def test_odd_values_are_no_reason_to_fail(web, odd):
    assert "accepted" in web.post("/swift/ping", json=ping_of(PEOPLE[0]) | odd).json()


def test_what_is_not_http_is_told_so(url):
    with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=5) as line:
        line.sendall(b"hello\r\n\r\n")
        assert line.makefile("rb").read().startswith(b"HTTP/1.1 400 Bad Request")


def test_requests_sent_at_once_are_answered_in_their_order(url):
    body = json.dumps({**PEOPLE[0], "price": "8.50"}).encode()
    slow = b"POST /lastcall/post HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=5) as line:
        line.sendall(slow + b"GET /books HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        answers = line.makefile("rb").read()
    assert 0 < answers.index(b"policy_ref") < answers.index(b"money_micros")


class Conversation:
    """Speaks to the buyers with the exchange's own delivery and the example market's settings."""

    def __init__(self, web, url, offer):
        self.web = web
        self.patience = 0.3 if offer["buyer"] == "nightowl" else 5
        settings = msgspec.convert(offer["delivery"]["settings"], delivery.Settings, strict=False)
        settings = msgspec.structs.replace(settings, post_url=url + settings.post_url[21:])
        if settings.ping_url:
            settings = msgspec.structs.replace(settings, ping_url=url + settings.ping_url[21:])
        known = {field["name"]: True for field in CAMPAIGN["fields"]}
        known |= {name: False for name in CAMPAIGN["ping_fields"] if "." in name}
        host = frozenset({("127.0.0.1", int(url.rpartition(":")[2]))})
        self.bound = delivery.bind(settings, Binding(known, tuple(CAMPAIGN["ping_fields"]), host))
        self.facts = {"birth_date.age": 41, "phone.area_code": "512"}

    def ask(self, person, **more):
        values = {name: Value(value, value) for name, value in person.items()}
        facts = {**person, **self.facts}
        return Ask(
            facts=facts, values=values, refer=lambda buyer: "r-1", at_ms=1_700_000_000_000, currency="USD", **more
        )

    def run(self, talk):
        http = next(talk)
        url = f"http://{http.target.host}:{http.target.port}{http.target.path}"
        try:
            got = self.web.post(url, content=http.body, headers=dict(http.headers), timeout=self.patience)
        except httpx.ReadTimeout:
            answer = Failure("timed_out", True, "wait")
        else:
            answer = Response(got.status_code, (), got.content)
        with pytest.raises(StopIteration) as stop:
            talk.send(answer)
        return stop.value.value


@pytest.mark.parametrize("offer", MARKET["offers"], ids=lambda offer: offer["buyer"])
def test_the_exchange_understands_every_buyer(url, web, offer):
    talk = Conversation(web, url, offer)
    token, price = None, 8_500_000
    if delivery.pings(talk.bound):
        if offer["buyer"] == "nightowl":
            assert talk.run(delivery.ping(talk.ask(PEOPLE[0]), talk.bound)).reason == "timed_out"
            return
        replies = [talk.run(delivery.ping(talk.ask(person), talk.bound)) for person in PEOPLE[:3]]
        assert {reply.outcome for reply in replies} <= {"bid", "pass"}
        bid = next(reply for reply in replies if reply.outcome == "bid")
        assert isinstance(bid, PingReply)
        token, price = bid.token, bid.price_micros
    sold = []
    for at, person in enumerate(PEOPLE[:3]):
        ask = talk.ask(person, sale=f"sl_{offer['slug']}_{at}", token=token, price_micros=price)
        reply = talk.run(delivery.post(ask, talk.bound))
        assert isinstance(reply, PostReply)
        sold += [reply] if reply.outcome == "accept" else []
    assert sold
    assert all(reply.price_micros == price and reply.reference and reply.redirect for reply in sold)


async def test_hundreds_of_pings_a_second_are_no_burden():
    server = Server(Fleet(1).answer)
    port = await server.start(0)
    body = json.dumps(ping_of(PEOPLE[0])).encode()
    request = b"POST /swift/ping HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)

    async def caller():
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(20):
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(int(re.search(rb"Content-Length: (\d+)", head).group(1)))
        writer.close()

    started = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(100)))
    assert 2000 / (time.perf_counter() - started) > 300
    server.stop()


def test_they_stop_at_once_though_somebody_waits():
    process, url = start()
    with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=5) as line:
        line.sendall(b"POST /nightowl/ping HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}")
        time.sleep(0.1)
        started = time.monotonic()
        assert stop(process, signal.SIGINT) == (0, "", "")
        assert time.monotonic() - started < 2


def test_a_port_that_is_taken_is_said_in_a_sentence():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "outbid.cli.demo.buyers", "--port", port]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=10)
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"The example buyers cannot listen on 127.0.0.1:{port}: ")


def test_they_end_when_their_parent_has_died():
    script = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-m', 'outbid.cli.demo.buyers', '--port', '0'],"
        " stdout=subprocess.PIPE, text=True)\n"
        "print(child.stdout.readline(), flush=True)\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    port = int(parent.stdout.readline().strip().rpartition(":")[2])
    os.kill(parent.pid, signal.SIGKILL)
    parent.communicate()
    for _ in range(50):
        with socket.socket() as line:
            if line.connect_ex(("127.0.0.1", port)) != 0:
                return
        time.sleep(0.1)
    raise AssertionError("the orphan still answers")
