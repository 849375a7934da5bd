"""More than can be done: turned away at once, before anything is accepted; whoever was let in is served."""

import asyncio

import msgspec

from api.lane import open_lane
from api.problems import assert_problem
from harness.house import request
from harness.market import lead
from outbid.exchange.load.gate import Gate

SENT, LONG = 12, 5


async def test_what_is_more_than_can_be_done_is_turned_away_before_anything_is_accepted(house, monkeypatch):
    before = await house.connection.fetchval("select count(*) from lead")
    slow = asyncio.Event()
    writer = house.process.journal._writer
    write = writer.write

    async def wait_then_write(entries):
        await slow.wait()
        return await write(entries)

    monkeypatch.setattr(writer, "write", wait_then_write)
    async with open_lane(house) as lane:
        lane.intake.gate = Gate(house.process.exchange, long=LONG, short=2)
        sales = [asyncio.create_task(request_lead(lane.port)) for _ in range(SENT)]
        while sum(sale.done() for sale in sales) < SENT - LONG:
            await asyncio.wait(sales, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.sleep(0)
        assert house.process.journal.unrecorded == LONG
        slow.set()
        answers = await asyncio.gather(*sales)
        assert lane.intake.gate.turned_away == SENT - LONG
    refused = [answer for answer in answers if answer.status == 503]
    for answer in refused:
        assert_problem(answer, 503, "overloaded")
        assert int(answer.headers["retry-after"]) >= 1
        assert "lead" not in answer.json
    taken = [answer for answer in answers if answer.status != 503]
    assert [answer.json["outcome"] for answer in taken] == ["sold"] * LONG
    assert len(refused) == SENT - LONG
    assert await house.connection.fetchval("select count(*) from lead") == before + LONG
    assert house.process.journal.unrecorded == 0


async def request_lead(port: int):
    return await request(port, "POST", "/v1/leads", msgspec.json.encode(lead()))
