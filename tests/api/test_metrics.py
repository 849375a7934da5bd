"""Figures of a process for Prometheus: what they say, and to whom."""

import os
import re

import pytest

from harness.buyers import ACCEPT, bid
from harness.house import House, request, until
from harness.market import SECRET, lead
from outbid.api.watch.figures import Figure
from outbid.api.watch.route import exposition

HOUSE_KEY = "ob_house"
LINE = re.compile(r'outbid_[a-z_]+\{process="\d+"(,[a-z]+="[a-z_]+"|,le="[0-9.+Inf]+")?\} [0-9.e+-]+')


async def scrape(house: House, **more):
    return await request(house.port, "GET", "/metrics", key=None, **more)


async def figures(house: House) -> dict[str, float]:
    answer = await scrape(house)
    assert answer.status == 200
    lines = [line for line in answer.body.decode().splitlines() if not line.startswith("#")]
    pairs = (line.rpartition(" ") for line in lines)
    return {
        name.replace(f'process="{os.getpid()}"', "").replace("{,", "{").replace("{}", ""): float(value)
        for name, _, value in pairs
    }


async def test_the_text_is_what_prometheus_reads(house):
    answer = await scrape(house)
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    text = answer.body.decode()
    assert text.endswith("\n")
    for line in text.splitlines():
        assert LINE.fullmatch(line) or re.fullmatch(
            r"# (HELP outbid_\w+ .+|TYPE outbid_\w+ (counter|gauge|histogram))", line
        ), line


async def test_leads_are_counted_by_outcome(house, shared_buyers):
    before = await figures(house)
    assert (await house.sell(lead())).json["outcome"] == "sold"
    assert (await house.sell(lead(zip="1"))).status == 422
    shared_buyers.on("a", ping=bid("1"), post=ACCEPT)
    assert (await house.sell(lead())).json["outcome"] == "unsold"
    after = await figures(house)
    grown = {name: after[name] - before[name] for name in after if name.startswith("outbid_leads_total")}
    assert grown == {
        'outbid_leads_total{outcome="sold"}': 1,
        'outbid_leads_total{outcome="unsold"}': 1,
        'outbid_leads_total{outcome="refused"}': 1,
        'outbid_leads_total{outcome="uncertain"}': 0,
        'outbid_leads_total{outcome="review"}': 0,
        'outbid_leads_total{outcome="queued"}': 0,
    }


async def test_what_else_is_told(house):
    await house.sell(lead())
    await until(lambda: not house.process.exchange.in_flight)
    told = await figures(house)
    assert told["outbid_leads_in_flight"] == 0
    assert told["outbid_leads_dropped"] == 0
    assert told["outbid_journal_waiting"] == 0
    batches = told["outbid_journal_batches_total"]
    assert 1 <= batches <= told["outbid_journal_chapters_total"]
    within = [n for name, n in told.items() if name.startswith("outbid_journal_commit_seconds_bucket")]
    assert within == sorted(within)
    assert within[-1] == told["outbid_journal_commit_seconds_count"] == batches
    assert told["outbid_journal_commit_seconds_sum"] > 0
    assert told["outbid_ready"] == 1
    assert told['outbid_outbound_connections{state="idle"}'] >= 1
    assert told['outbid_outbound_connections{state="in_flight"}'] == 0
    assert told["outbid_market_version"] == house.process.exchange.market.version
    assert told["outbid_lane"] == house.process.exchange.lane
    assert told["outbid_uptime_seconds"] > 0
    assert told["outbid_resident_bytes"] > 10_000_000


@pytest.mark.parametrize(
    "header", ["X-Forwarded-For: 192.0.2.1", "Forwarded: for=192.0.2.1", "X-Real-IP: 192.0.2.1", "Via: 1.1 proxy.test"]
)
async def test_who_comes_through_a_proxy_is_somebody_else(house, header):
    answer = await scrape(house, headers=(header,))
    assert (answer.status, answer.json["code"]) == (404, "not_found")
    assert b"outbid_" not in answer.body
    with_key = await request(house.port, "GET", "/metrics", key=HOUSE_KEY, headers=(header,))
    assert with_key.status == 200


@pytest.mark.parametrize("key", [SECRET, "ob_seller", "ob_buyer", "ob_revoked", "ob_nobody"])
async def test_no_other_key_opens_it_from_afar(house, key):
    answer = await request(house.port, "GET", "/metrics", key=key, headers=("X-Forwarded-For: 192.0.2.1",))
    assert answer.status == 404


def test_large_numbers_are_written_whole():
    text = "".join(exposition([Figure("x", "gauge", "X.", {"": 12_345_678_901})], "7"))
    assert text.endswith('outbid_x{process="7"} 12345678901\n')
