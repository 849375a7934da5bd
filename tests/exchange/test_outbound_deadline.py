import asyncio
import gc
import time
import tracemalloc

import pytest

from exchange.test_outbound_rig import OK, failed, is_ok, on_both_loops
from outbid.core.dialect.wire import Http, Target
from outbid.exchange.outbound.round import Shorter


async def never_answer(wire):
    await wire.request()
    await wire.closed()


async def answer_always(wire):
    while True:
        await wire.reply()


def open_connections(sender):
    return sum(counts.open for counts in sender.stats().values())


@on_both_loops
async def test_a_request_without_answer_times_out_as_sent_and_closes_the_socket(rig):
    peer = await rig.serve(never_answer)
    sender = rig.outbound()
    answer = await rig.ask(sender, rig.http(peer), 0.15)
    failed(answer, "timed_out", True, "wait")
    assert 140 < answer.timings.total_ms < 2000
    assert open_connections(sender) == 0
    await rig.eventually(lambda: peer.gone == 1)


@on_both_loops
async def test_half_an_answer_times_out_in_the_body(rig):
    async def script(wire):
        await wire.request()
        await wire.write(OK[:-1])
        await wire.closed()

    peer = await rig.serve(script)
    failed(await rig.ask(rig.outbound(), rig.http(peer), 0.15), "timed_out", True, "body")


@on_both_loops
async def test_a_request_that_is_not_wholly_written_times_out_as_sent(rig):
    async def script(wire):
        wire.writer.transport.pause_reading()
        await asyncio.sleep(5)

    peer = await rig.serve(script)
    failed(await rig.ask(rig.outbound(), rig.http(peer, body=b"x" * 16_000_000), 0.3), "timed_out", True, "send")


@on_both_loops
async def test_a_deadline_in_the_past_sends_nothing(rig):
    peer = await rig.serve(answer_always)
    sender = rig.outbound()
    is_ok(await rig.ask(sender, rig.http(peer)))
    failed(await rig.ask(sender, rig.http(peer), 0), "timed_out", False)
    assert len(peer.requests) == 1
    assert open_connections(sender) == 1


@on_both_loops
async def test_a_deadline_that_passes_while_connecting_sends_nothing(rig):
    peer = await rig.serve(answer_always)
    sender = rig.outbound()
    answers = []
    sender.send(rig.http(peer), rig.loop.time() + 0.01, answers.append)
    time.sleep(0.03)  # nobody expires it; the loop comes too late
    await rig.eventually(lambda: answers)
    failed(answers[0], "timed_out", False)
    await asyncio.sleep(0.02)
    assert not peer.requests


@on_both_loops
async def test_a_refused_connection_is_unreachable_and_not_sent(rig):
    peer = await rig.serve(answer_always)
    peer.server.close()
    failed(await rig.ask(rig.outbound(), rig.http(peer)), "unreachable", False, "connect")


@on_both_loops
async def test_done_is_never_called_within_send(rig):
    sender = rig.outbound()
    answers = []
    late, soon = rig.loop.time() - 1, rig.loop.time() + 1
    for port, method, deadline in ((80, "POST", soon), (81, "POST", soon), (80, "P\n", soon), (80, "POST", late)):
        sender.send(Http(Target("http", "127.0.0.1", port, "/"), method), deadline, answers.append)
        assert not answers
    await rig.eventually(lambda: len(answers) == 4)


@on_both_loops
async def test_cancel_closes_the_socket_and_done_is_never_called(rig):
    peer = await rig.serve(never_answer)
    sender = rig.outbound()
    answers = []
    call = sender.send(rig.http(peer), rig.loop.time() + 5, answers.append)
    await rig.eventually(lambda: peer.requests)
    call.cancel()
    call.cancel()
    call.expire()
    assert open_connections(sender) == 0
    await rig.eventually(lambda: peer.gone == 1)
    assert not answers


@on_both_loops
async def test_cancel_right_after_send_calls_nobody_and_sends_nothing(rig):
    peer = await rig.serve(never_answer)
    sender = rig.outbound()
    answers = []
    for http in (rig.http(peer), Http(Target("http", "127.0.0.1", 81, "/"))):
        sender.send(http, rig.loop.time() + 5, answers.append).cancel()
    await asyncio.sleep(0.03)
    assert not answers
    assert not peer.requests
    assert open_connections(sender) == 0


@on_both_loops
async def test_expire_answers_at_once_and_only_once(rig):
    peer = await rig.serve(never_answer)
    answers = []
    call = rig.outbound().send(rig.http(peer), rig.loop.time() + 5, answers.append)
    await rig.eventually(lambda: peer.requests)
    call.expire()
    failed(answers[0], "timed_out", True)
    call.expire()
    call.cancel()
    await asyncio.sleep(0.02)
    assert len(answers) == 1


@on_both_loops
async def test_expire_after_the_answer_does_no_harm_to_the_next_call_of_the_connection(rig):
    async def script(wire):
        await wire.reply()
        await wire.request()
        await asyncio.sleep(0.05)
        await wire.write(OK)

    peer = await rig.serve(script)
    sender = rig.outbound()
    answers = []
    first = sender.send(rig.http(peer), rig.loop.time() + 5, answers.append)
    await rig.eventually(lambda: answers)
    sender.send(rig.http(peer), rig.loop.time() + 5, answers.append)
    first.expire()
    first.cancel()
    await rig.eventually(lambda: len(answers) == 2)
    is_ok(answers[1])


@on_both_loops
async def test_a_cancelled_ask_closes_its_socket(rig):
    peer = await rig.serve(never_answer)
    sender = rig.outbound()
    task = rig.loop.create_task(rig.ask(sender, rig.http(peer)))
    await rig.eventually(lambda: peer.requests)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert open_connections(sender) == 0
    await rig.eventually(lambda: peer.gone == 1)


@on_both_loops
async def test_done_may_send_again_and_gets_the_same_connection(rig):
    peer = await rig.serve(answer_always)
    sender = rig.outbound()
    answers = []

    def again(answer):
        answers.append(answer)
        if len(answers) < 20:
            sender.send(rig.http(peer), rig.loop.time() + 5, again)

    again(None)
    await rig.eventually(lambda: len(answers) == 20)
    for answer in answers[1:]:
        is_ok(answer)
    assert len(peer.wires) == 1


@on_both_loops
async def test_what_done_raises_reaches_the_loops_handler_and_harms_nothing(rig):
    peer = await rig.serve(answer_always)
    sender = rig.outbound()
    seen = []
    rig.loop.set_exception_handler(lambda loop, context: seen.append(context["exception"]))

    def fail(answer):
        raise RuntimeError("mine")

    sender.send(rig.http(peer), rig.loop.time() + 5, fail)
    await rig.eventually(lambda: seen)
    assert str(seen[0]) == "mine"
    is_ok(await rig.ask(sender, rig.http(peer)))
    assert len(peer.wires) == 1


async def answer_by_body(wire):
    request = await wire.request()
    if request.endswith(b"hang"):
        await wire.closed()
    elif request.endswith(b"half"):
        await wire.write(OK[:9])
        wire.half_close()
    else:
        await asyncio.sleep(0.02 if request.endswith(b"slow") else 0)
        await wire.write(OK)


@on_both_loops
async def test_a_round_gives_each_answer_in_order_at_its_deadline(rig):
    peer = await rig.serve(answer_by_body)
    sender = rig.outbound()
    arrived = []
    requests = [rig.http(peer, body=body) for body in (b"slow", b"hang", b"fast", b"half", b"hang")]
    requests.append(Http(Target("http", "127.0.0.1", 80, "/")))
    started = rig.loop.time()
    answers = await sender.round(requests, started + 0.3, on_answer=lambda i, answer: arrived.append((i, answer)))
    assert rig.loop.time() - started >= 0.29
    is_ok(answers[0])
    failed(answers[1], "timed_out", True)
    is_ok(answers[2])
    failed(answers[3], "cut_off", True)
    failed(answers[4], "timed_out", True)
    failed(answers[5], "address_refused", False)
    assert sorted(arrived, key=lambda pair: pair[0]) == list(enumerate(answers))
    assert [i for i, _ in arrived].index(2) < [i for i, _ in arrived].index(0)
    await rig.eventually(lambda: peer.gone >= 2)
    assert all(counts.in_flight == 0 for counts in sender.stats().values())


@on_both_loops
async def test_a_round_ends_before_its_deadline_when_all_have_answered(rig):
    peer = await rig.serve(answer_always)
    started = rig.loop.time()
    for answer in await rig.outbound().round([rig.http(peer)] * 10, started + 5):
        is_ok(answer)
    assert rig.loop.time() - started < 2


@on_both_loops
async def test_an_empty_round_is_answered_at_once(rig):
    assert await rig.outbound().round([], rig.loop.time() + 5) == []


@on_both_loops
async def test_a_round_runs_on_one_timer_and_no_task_once_connections_are_there(rig):
    peer = await rig.serve(answer_always)
    sender = rig.outbound()
    await sender.round([rig.http(peer)] * 10, rig.loop.time() + 3)
    created = []
    rig.loop.set_task_factory(
        lambda loop, coroutine, **k: created.append(coroutine) or asyncio.Task(coroutine, loop=loop, **k)
    )
    answered = sender.round([rig.http(peer)] * 10, rig.loop.time() + 3)
    assert isinstance(answered, asyncio.Future)
    for answer in await answered:
        is_ok(answer)
    assert not created
    assert len(peer.wires) == 10


@on_both_loops
async def test_a_cancelled_round_closes_its_sockets(rig):
    peer = await rig.serve(never_answer)
    sender = rig.outbound()
    arrived = []

    async def run():
        await sender.round([rig.http(peer)] * 5, rig.loop.time() + 5, on_answer=lambda i, answer: arrived.append(i))

    task = rig.loop.create_task(run())
    await rig.eventually(lambda: len(peer.requests) == 5)
    task.cancel()
    await rig.eventually(lambda: peer.gone == 5)
    assert open_connections(sender) == 0
    assert not arrived


@on_both_loops
async def test_a_round_survives_a_listener_that_raises(rig):
    peer = await rig.serve(answer_always)
    rig.loop.set_exception_handler(lambda loop, context: None)

    def fail(index, answer):
        raise RuntimeError

    for answer in await rig.outbound().round([rig.http(peer)] * 3, rig.loop.time() + 3, on_answer=fail):
        is_ok(answer)


@on_both_loops
async def test_a_round_that_is_over_early_keeps_the_connections_of_what_was_sent(rig):
    asked, let, arrived = asyncio.Event(), asyncio.Event(), []

    async def slowly(wire):
        await wire.request()
        asked.set()
        await let.wait()
        await wire.write(OK)
        await wire.closed()

    async def after_the_slow_one_was_asked(wire):
        await wire.request()
        await asked.wait()
        await wire.write(OK)
        await wire.closed()

    async def resolve(host):
        await asyncio.Event().wait()

    def enough(index, answer):
        arrived.append(index)
        return True

    quick, slow = await rig.serve(after_the_slow_one_was_asked), await rig.serve(slowly)
    sender = rig.outbound(resolve=resolve)
    calls = [rig.http(quick), rig.http(slow), Http(Target("http", "nowhere.test", 80, "/"))]
    answers = await sender.round(calls, rig.loop.time() + 30, on_answer=enough)
    is_ok(answers[0])
    failed(answers[1], "not_awaited", True, "wait")
    failed(answers[2], "not_awaited", False)
    let.set()
    await rig.eventually(lambda: all(counts.in_flight == 0 for counts in sender.stats().values()))
    assert open_connections(sender) == 2
    assert arrived == [0]
    failed(answers[1], "not_awaited", True, "wait")


@on_both_loops
async def test_a_round_without_patience_for_more_reads_what_comes_later(rig):
    asked, let, later = asyncio.Event(), asyncio.Event(), []

    async def slowly(wire):
        await wire.request()
        asked.set()
        await let.wait()
        await wire.write(OK)
        await wire.closed()

    async def resolve(host):
        await asyncio.Event().wait()

    slow, quick = await rig.serve(slowly), await rig.serve(answer_always)
    sender = rig.outbound(resolve=resolve)
    calls = [rig.http(slow), rig.http(quick), Http(Target("http", "nowhere.test", 80, "/"))]
    began = rig.loop.time()
    shorter = Shorter(began + 0.3, lambda index, answer: later.append((index, answer)))
    answers = await sender.round(calls, began + 30, shorter=shorter)
    assert 0.29 <= rig.loop.time() - began < 20
    failed(answers[0], "past_patience", True, "wait")
    is_ok(answers[1])
    failed(answers[2], "past_patience", False)
    assert (asked.is_set(), later) == (True, [])
    let.set()
    await rig.eventually(lambda: bool(later))
    ((index, answer),) = later
    assert index == 0
    is_ok(answer)
    assert open_connections(sender) == 2


@on_both_loops
async def test_whoever_never_answers_is_late_twice(rig):
    server, later = await rig.serve(never_answer), []
    sender, began = rig.outbound(), rig.loop.time()
    shorter = Shorter(began + 0.1, lambda index, answer: later.append(answer))
    (answer,) = await sender.round([rig.http(server)], began + 0.5, shorter=shorter)
    failed(answer, "past_patience", True, "wait")
    await rig.eventually(lambda: bool(later))
    failed(later[0], "timed_out", True, "wait")


@on_both_loops
async def test_close_fails_what_is_under_way_and_refuses_what_comes_later(rig):
    async def script(wire):
        await wire.reply()
        await never_answer(wire)

    peer = await rig.serve(script)
    hung = asyncio.Event()

    async def resolve(host):
        try:
            await hung.wait()
        except asyncio.CancelledError:
            hung.set()
            raise

    sender = rig.outbound(resolve=resolve)
    is_ok(await rig.ask(sender, rig.http(peer)))
    waiting = rig.loop.create_task(rig.ask(sender, rig.http(peer, body=b"hang")))
    resolving = rig.loop.create_task(rig.ask(sender, rig.http(peer, host="buyer.example")))
    await rig.eventually(lambda: len(peer.requests) == 2)
    await sender.close()
    failed(await waiting, "cut_off", True)
    failed(await resolving, "unreachable", False, "dns")
    assert hung.is_set()
    failed(await rig.ask(sender, rig.http(peer)), "unreachable", False)
    assert open_connections(sender) == 0
    await sender.close()
    await rig.eventually(lambda: peer.gone == len(peer.wires))


@on_both_loops
async def test_hanging_requests_cost_little_memory_and_leave_none_behind(rig):
    warm_up, peer = await rig.serve(never_answer), await rig.serve(never_answer)
    sender = rig.outbound(pool_connections=1000)
    assert len(await sender.round([rig.http(warm_up)] * 300, rig.loop.time() + 0.3)) == 300
    requests = [rig.http(peer)] * 300
    gc.collect()
    tracemalloc.start()
    try:
        answers = []
        calls = [sender.send(http, rig.loop.time() + 5, answers.append) for http in requests]
        del calls
        own = [tracemalloc.Filter(True, "*/outbid/*")]
        await rig.eventually(lambda: len(peer.requests) == 300)
        held = sum(s.size for s in tracemalloc.take_snapshot().filter_traces(own).statistics("filename"))
        await sender.close()
        assert len(answers) == 300
        answers.clear()
        gc.collect()
        left = sum(s.size for s in tracemalloc.take_snapshot().filter_traces(own).statistics("filename"))
    finally:
        tracemalloc.stop()
    assert held / 300 < 4096
    assert left / 300 < 200
