"""Streams of `outbid serve` itself: they end when it drains, and go on without a gap when it is there again."""

import asyncio
import time
from datetime import datetime, timedelta
from itertools import pairwise

from api.live.conftest import market
from api.live.listening import Listening, total
from harness.buyers import ACCEPT, Buyers, bid
from harness.house import request, until
from harness.market import lead
from sale.test_kill import Running, _free_port, _json, _open, _ready


async def sell(port: int) -> None:
    answer = await request(port, "POST", "/v1/leads", _json(lead()))
    assert answer.json["outcome"] == "sold", answer


async def test_a_stream_outlives_a_restart_without_a_gap_and_holds_nothing_up(server_folder):
    port = _free_port()
    running = Running(server_folder, port)
    async with Buyers() as buyers:
        buyers.on("a", ping=bid("10"), post=ACCEPT)
        buyers.on("b", ping=bid("6"), post=ACCEPT)
        await running.start()
        try:
            await _open(running, port, market(buyers.port), server_folder)
            async with Listening(port) as listening:
                assert listening.status == 200
                await sell(port)
                told = await listening.ticks(lambda ticks: total(ticks, "sold") >= 1)
                began = time.monotonic()
                running.process.terminate()
                while (event := await listening.next()) is not None:
                    told += [event] if event.name == "tick" else []
                    last = event
                assert (last.name, last.data) == ("end", {"why": "leaving"})
            await asyncio.to_thread(running.process.wait, 20)
            assert time.monotonic() - began < 10, "no stream keeps a process from its end"
            await running.start()
            await until(lambda: _ready(port), 60)
            async with Listening(port, last=told[-1].id) as listening:
                await sell(port)
                after = await listening.ticks(lambda ticks: total(ticks, "sold") >= 1, 30)
            ids = [datetime.fromisoformat(tick.id) for tick in [*told, *after]]
            assert {later - earlier for earlier, later in pairwise(ids)} == {timedelta(seconds=1)}
            assert (total(told, "sold"), total(after, "sold")) == (1, 1)
        finally:
            running.stop()
