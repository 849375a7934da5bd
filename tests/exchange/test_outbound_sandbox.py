"""Sandbox buyers behind the door: no socket, and otherwise what happens with any buyer."""

import asyncio

import pytest

from exchange.test_outbound_rig import failed, on_both_loops
from outbid.core.dialect.sandbox import sandbox_target
from outbid.core.dialect.wire import Http, Response, Target


def http(text: str, **more) -> Http:
    return Http(sandbox_target(f"sandbox:{text}"), **more)


@on_both_loops
async def test_a_sandbox_buyer_answers_without_a_connection(rig):
    sender = rig.outbound()
    answer = await rig.ask(sender, http("accept?bid=25"), 1)
    assert isinstance(answer, Response)
    assert (answer.status, answer.body) == (200, b'{"accepted":true,"price":"25.00"}')
    assert answer.timings.connect_ms is None
    assert sender.stats() == {}


@on_both_loops
async def test_an_answer_comes_when_it_is_due_and_never_within_send(rig):
    sender, got, loop = rig.outbound(), [], asyncio.get_running_loop()
    for text in ("slow?ms=50", "accept", "slow?ms=20"):
        sender.send(http(text), loop.time() + 5, lambda answer, text=text: got.append(text))
    assert got == []
    await rig.eventually(lambda: len(got) == 3)
    assert got == ["accept", "slow?ms=20", "slow?ms=50"]


@on_both_loops
async def test_the_deadline_cuts_off_who_is_slow_or_silent(rig):
    sender, loop = rig.outbound(), asyncio.get_running_loop()
    round_ = [http("silent"), http("slow?ms=60000"), http("reject")]
    silent, slow, rejected = await sender.round(round_, loop.time() + 0.15)
    failed(silent, "timed_out", True, "wait")
    failed(slow, "timed_out", True, "wait")
    assert rejected.status == 422
    assert not sender._sandbox._talks


@on_both_loops
async def test_a_deadline_in_the_past_and_a_closed_door_send_nothing(rig):
    sender = rig.outbound()
    failed(await rig.ask(sender, http("accept"), -1), "timed_out", False, "refused")
    await sender.close()
    failed(await rig.ask(sender, http("accept"), 1), "unreachable", False, "refused")


@on_both_loops
async def test_whoever_waits_when_the_door_closes_is_told(rig):
    sender, got, loop = rig.outbound(), [], asyncio.get_running_loop()
    sender.send(http("silent"), loop.time() + 5, got.append)
    await sender.close()
    failed(got[0], "cut_off", True, "wait")


@on_both_loops
async def test_a_call_that_is_given_up_is_never_answered(rig):
    sender, got, loop = rig.outbound(), [], asyncio.get_running_loop()
    sender.send(http("accept"), loop.time() + 5, got.append).cancel()
    await rig.ask(sender, http("accept"), 5)
    assert got == []


@pytest.mark.parametrize(
    "request_",
    [
        http("accept", headers=(("X-Bad", "a\nb"),)),
        http("accept", headers=(("Host", "x"),)),
        http("accept", method="HEAD"),
        http("accept", body="text"),
        Http(Target("sandbox", "nobody", 0, "")),
        Http(Target("sandbox", "accept?bid=x", 0, "")),
        Http(Target("sandbox", "accept", 0, " ")),
    ],
)
@on_both_loops
async def test_what_no_buyer_could_be_sent_no_sandbox_buyer_is_sent(rig, request_):
    failed(await rig.ask(rig.outbound(), request_, 1), "bad_request", False, "refused")
