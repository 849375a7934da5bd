"""A seller's trace goes on to his lead's buyers: same trace, a parent of our own for each request; nothing without one."""

import asyncio
import io
import json
import logging

import pytest

from harness.buyers import ACCEPT, REJECT, bid
from harness.house import open_house
from harness.market import lead, nouns, offer
from outbid.cli.serving.logs import JsonLines
from outbid.core.dialect.trace import read_trace

ID = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"traceparent: 00-{ID}-00f067aa0ba902b7-01"
STATE = "tracestate: rojo=00f067aa0ba902b7"


@pytest.fixture
async def house(worker_database, buyers):
    await worker_database.empty()
    found = nouns(
        [
            offer("a", buyers.port),
            offer("b", buyers.port),
            offer("c", buyers.port, delivery={"headers": {"TraceParent": "own"}}),
        ]
    )
    async with open_house(worker_database.url, worker_database.app_url, found) as house:
        buyers.on("a", ping=bid("9"), post=REJECT)
        buyers.on("b", ping=bid("8"), post=ACCEPT)
        buyers.on("c", ping=bid("1"), post=ACCEPT)
        yield house


def asked(buyers) -> list:
    return [got for name in ("a", "b") for got in (*buyers.pings(name), *buyers.posts(name))]


async def test_every_ping_and_post_is_a_child_of_the_sellers_request(house, buyers):
    assert (await house.sell(lead(), headers=(PARENT, STATE))).status == 200
    sent = [got.headers for got in asked(buyers)]
    assert len(sent) == 4
    traces = [read_trace(headers["traceparent"], headers["tracestate"]) for headers in sent]
    assert {(trace.id, trace.flags, trace.state) for trace in traces} == {(ID, 1, "rojo=00f067aa0ba902b7")}
    spans = {headers["traceparent"].split("-")[2] for headers in sent}
    assert len(spans) == 4, "each has a parent of its own"
    assert "00f067aa0ba902b7" not in spans


@pytest.mark.parametrize(
    "headers",
    [
        (),
        (STATE,),
        ("traceparent: 00-0-0-0", STATE),
        (PARENT, PARENT),
        (PARENT.upper().replace("TRACEPARENT", "traceparent"), STATE),
    ],
)
async def test_without_a_trace_nothing_is_sent(house, buyers, headers):
    assert (await house.sell(lead(), headers=headers)).status == 200
    assert [name for got in asked(buyers) for name in got.headers if name.startswith("trace")] == []


async def test_a_buyer_with_a_header_of_his_own_gets_that(house, buyers):
    await house.sell(lead(), headers=(PARENT,))
    assert [got.headers["traceparent"] for got in buyers.pings("c")] == ["own"]


async def test_a_state_in_two_headers_is_one(house, buyers):
    await house.sell(lead(), headers=(PARENT, "TraceState: a=1", "tracestate: b=2"))
    assert {got.headers["tracestate"] for got in asked(buyers)} == {"a=1,b=2"}


async def test_each_lead_has_its_own_trace_on_one_connection_with_a_lane(house, buyers):
    """The fast lane repeats heads by their bytes: it may neither take a trace for another, nor lend one."""
    first, second = f"{1:032x}", f"{2:032x}"
    wanted = ["", first, first, "", second, "", first]
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    try:
        for trace in wanted:
            body = json.dumps(lead(email=f"{len(asked(buyers)):010d}@example.com")).encode()
            more = f"traceparent: 00-{trace}-00f067aa0ba902b7-00\r\n" if trace else ""
            head = f"POST /v1/leads HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer ob_test\r\n{more}Content-Length: {len(body)}\r\n\r\n"
            writer.write(head.encode() + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(int(answer.lower().partition(b"content-length: ")[2].split(b"\r\n")[0]))
    finally:
        writer.close()
    pings = [got.headers.get("traceparent", "--").split("-")[1] for got in buyers.pings("a")]
    assert pings == wanted


async def test_the_log_lines_of_a_lead_name_its_trace_and_those_of_others_do_not(house, buyers, monkeypatch):
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    logging.getLogger("outbid").addHandler(handler)
    market = house.process.exchange.market
    source = next(iter(market.sources.values()))

    def breaks(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(house.process.exchange, "market", market)
    broken = type(source)(**{name: getattr(source, name) for name in source.__struct_fields__} | {"read": breaks})
    monkeypatch.setitem(market.sources, source.number, broken)
    try:
        assert (await house.sell(lead(), headers=(PARENT,))).status == 500
        assert (await house.sell(lead())).status == 500
    finally:
        logging.getLogger("outbid").removeHandler(handler)
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line.get("trace") for line in lines if "intake" in line["message"]] == [ID, None]
