"""Connections from a shared socket: everybody gets some, and nobody is lost when descriptors run out."""

import asyncio
import errno
import socket

import pytest

from outbid.cli.serving import accepting
from outbid.cli.serving.accepting import Acceptor


class Counted(asyncio.Protocol):
    def __init__(self, made: list[asyncio.BaseTransport]) -> None:
        self.made = made

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.made.append(transport)


async def until(done) -> None:
    for _ in range(500):
        if done():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come to be")


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0), backlog=256) as found:
        yield found


def clients(listener: socket.socket, count: int) -> list[socket.socket]:
    return [socket.create_connection(listener.getsockname(), 2) for _ in range(count)]


async def test_two_who_share_a_socket_share_its_connections(listener):
    loop, ours, theirs = asyncio.get_running_loop(), [], []
    sockets = clients(listener, 64)
    twin = listener.dup()
    both = [Acceptor(loop, listener, lambda: Counted(ours)), Acceptor(loop, twin, lambda: Counted(theirs))]
    await until(lambda: len(ours) + len(theirs) == 64)
    assert min(len(ours), len(theirs)) >= 24
    for acceptor in both:
        acceptor.close()
        await acceptor.wait_closed()
    for transport in (*ours, *theirs):
        transport.close()
    for found in (*sockets, twin):
        found.close()
    await asyncio.sleep(0)


async def test_who_is_closed_takes_no_more(listener):
    made: list[asyncio.BaseTransport] = []
    acceptor = Acceptor(asyncio.get_running_loop(), listener, lambda: Counted(made))
    acceptor.close()
    acceptor.close()
    sockets = clients(listener, 3)
    await asyncio.sleep(0.05)
    assert made == []
    for found in sockets:
        found.close()


async def test_without_descriptors_it_rests_and_then_takes_who_waited(listener, monkeypatch):
    monkeypatch.setattr(accepting, "REST_S", 0.05)
    made: list[asyncio.BaseTransport] = []
    empty = True

    class Poor:
        def __getattr__(self, name):
            return getattr(listener, name)

        def accept(self):
            if empty:
                raise OSError(errno.EMFILE, "too many open files")
            return listener.accept()

    acceptor = Acceptor(asyncio.get_running_loop(), Poor(), lambda: Counted(made))
    sockets = clients(listener, 2)
    await asyncio.sleep(0.02)
    assert made == []
    empty = False
    await until(lambda: len(made) == 2)
    acceptor.close()
    for transport in made:
        transport.close()
    for found in sockets:
        found.close()
    await asyncio.sleep(0)
