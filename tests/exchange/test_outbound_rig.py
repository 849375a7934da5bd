"""Scripted servers for the tests of outbound, and a decorator that runs a test on both event loops."""

import asyncio
import inspect
import ssl
from collections.abc import Awaitable, Callable

import pytest

from outbid.core.dialect.wire import Answer, Failure, Http, Response, parse_target
from outbid.exchange.outbound import Limits, Outbound

try:
    import uvloop
except ImportError:  # Windows
    LOOPS = [asyncio.new_event_loop]
else:
    LOOPS = [asyncio.new_event_loop, uvloop.new_event_loop]

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Wire:
    """The server's side of one connection."""

    def __init__(self, peer, reader, writer):
        self.peer, self.reader, self.writer = peer, reader, writer

    async def request(self):
        """Read one whole request; raises IncompleteReadError when the other side closes."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        lines = head.lower().split(b"\r\n")
        length = next((int(line[16:]) for line in lines if line.startswith(b"content-length: ")), 0)
        body = await self.reader.readexactly(length)
        self.peer.requests.append(head + body)
        return head + body

    async def write(self, data):
        self.writer.write(data)
        await self.writer.drain()

    async def reply(self, data=OK):
        await self.request()
        await self.write(data)

    async def closed(self):
        """Wait until the other side closes or resets."""
        try:
            while await self.reader.read(65536):
                pass
        except ConnectionError:
            pass

    def half_close(self):
        self.writer.write_eof()

    def abort(self):
        self.writer.transport.abort()


class Peer:
    """A server whose connections all run one script."""

    def __init__(self, script):
        self.script = script
        self.requests, self.wires = [], []
        self.gone = 0

    async def start(self, context=None, host="127.0.0.1"):
        self.server = await asyncio.start_server(self._serve, host, 0, ssl=context, limit=1 << 26, backlog=1024)
        self.port = self.server.sockets[0].getsockname()[1]

    async def _serve(self, reader, writer):
        wire = Wire(self, reader, writer)
        self.wires.append(wire)
        try:
            await self.script(wire)
            await wire.closed()
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            pass
        finally:
            self.gone += 1
            writer.close()


class Rig:
    """What a test needs: servers, senders, requests; all closed when the test is over."""

    def __init__(self):
        self.loop = asyncio.get_running_loop()
        self.peers, self.senders = [], []

    async def serve(self, script: Callable[[Wire], Awaitable[None]], context=None) -> Peer:
        peer = Peer(script)
        await peer.start(context)
        self.peers.append(peer)
        return peer

    async def serve_replies(self, *replies: bytes, context=None) -> Peer:
        """Each connection answers with these replies in turn, then waits for the close."""

        async def script(wire):
            for reply in replies:
                await wire.reply(reply)

        return await self.serve(script, context)

    def outbound(self, **options) -> Outbound:
        limits = {name: options.pop(name) for name in list(options) if name in Limits.__dataclass_fields__}
        sender = Outbound(self.loop, limits=Limits(**limits), **options)
        self.senders.append(sender)
        return sender

    def http(self, peer, method="POST", headers=(), body=b"{}", host="127.0.0.1", scheme="http", path="/ping") -> Http:
        port = peer if isinstance(peer, int) else peer.port
        target = parse_target(f"{scheme}://{host}:{port}{path}", frozenset({(host.strip("[]"), port)}))
        return Http(target, method, headers, body)

    async def ask(self, sender, http, seconds=5.0, **options) -> Answer:
        return await sender.ask(http, self.loop.time() + seconds, **options)

    async def eventually(self, condition, seconds=3.0):
        """Wait until a condition holds; fail the test when it does not in time."""
        for _ in range(int(seconds / 0.005)):
            if condition():
                return
            await asyncio.sleep(0.005)
        raise AssertionError("it did not happen in time")

    async def close(self):
        for sender in self.senders:
            await sender.close()
        for peer in self.peers:
            peer.server.close()
            for wire in peer.wires:
                wire.abort()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def on_both_loops(test):
    """Run `async def test(rig, …)` on asyncio's own loop and on uvloop, each time in a loop of its own."""
    names = list(inspect.signature(test).parameters)[1:]

    def run(loop_factory, **values):
        async def body():
            rig = Rig()
            try:
                async with asyncio.timeout(10):
                    await test(rig, **values)
            finally:
                await rig.close()

        with asyncio.Runner(loop_factory=loop_factory) as runner:
            runner.run(body())

    run.__name__, run.__doc__, run.__module__ = test.__name__, test.__doc__, test.__module__
    parameters = [inspect.Parameter(n, inspect.Parameter.KEYWORD_ONLY) for n in ["loop_factory", *names]]
    run.__signature__ = inspect.Signature(parameters)
    run.pytestmark = list(getattr(test, "pytestmark", []))
    return pytest.mark.parametrize("loop_factory", LOOPS, ids=lambda f: f.__module__.split(".")[0])(run)


def is_ok(answer, body=b"ok", status=200):
    assert isinstance(answer, Response), answer
    assert (answer.status, answer.body) == (status, body)
    return True


def failed(answer, reason, sent, phase=None):
    assert isinstance(answer, Failure), answer
    assert (answer.reason, answer.sent) == (reason, sent), answer
    if phase is not None:
        assert answer.phase == phase, answer
    return True
