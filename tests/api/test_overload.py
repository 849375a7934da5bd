"""More than can be done: turned away at once, before anything is accepted; whoever was let in is served."""

import asyncio

import msgspec

from api.lane import open_lane
from api.problems import assert_problem
from harness.house import request, until
from harness.market import lead
from outbid.exchange.load.gate import Gate

TAKEN, MORE = 5, 7


async def test_what_is_more_than_can_be_done_is_turned_away_before_anything_is_accepted(house, monkeypatch):
    before = await house.connection.fetchval("select count(*) from lead")
    slow = asyncio.Event()
    journal = house.process.journal
    write = journal._writer.write

    async def wait_then_write(entries):
        await slow.wait()
        return await write(entries)

    monkeypatch.setattr(journal._writer, "write", wait_then_write)
    async with open_lane(house) as lane:
        gate = lane.intake.gate = Gate(house.process.exchange, long_s=60, short_s=0.01)
        taken = [asyncio.create_task(sell(lane.port)) for _ in range(TAKEN)]
        await until(lambda: len(house.process.exchange.in_flight) == TAKEN)
        gate._long_s = 0.01
        await asyncio.sleep(0.02)
        refused = [await sell(lane.port) for _ in range(MORE)]
        assert not any(sale.done() for sale in taken)
        slow.set()
        sold = await asyncio.gather(*taken)
    for answer in refused:
        assert_problem(answer, 503, "overloaded")
        assert int(answer.headers["retry-after"]) >= 1
        assert "lead" not in answer.json
    assert gate.turned_away == MORE
    assert [answer.json["outcome"] for answer in sold] == ["sold"] * TAKEN
    assert await house.connection.fetchval("select count(*) from lead") == before + TAKEN


async def sell(port: int):
    return await request(port, "POST", "/v1/leads", msgspec.json.encode(lead()))
