"""Opening a connection: names, addresses, the address rule, TLS."""

import asyncio
import socket
import ssl

from outbid.exchange.outbound.reach.address import is_public
from outbid.exchange.outbound.reach.resolver import Resolver
from outbid.exchange.outbound.reach.tls import Contexts
from outbid.exchange.outbound.talk.call import Call
from outbid.exchange.outbound.talk.connection import Connection


class Opener:
    """Opens connections for calls; holds what all of them need."""

    __slots__ = ("_contexts", "_loop", "_resolver")

    def __init__(self, loop: asyncio.AbstractEventLoop, resolver: Resolver, contexts: Contexts) -> None:
        self._loop = loop
        self._resolver = resolver
        self._contexts = contexts

    async def open(self, connection: Connection, call: Call) -> None:
        """Connect and let the connection write its request, or fail the call with `sent=False`.

        No timer bounds the whole: who expires or cancels the call cancels the task that runs this.
        """
        try:
            problem = await self._open(connection, call)
        except Exception as error:  # a call must get an answer, whatever a resolver or a transport raises
            problem = ("unreachable", _described(error))
        if problem is not None and not call.sent:
            connection.opening = None  # this very task, which is over
            call.fail(*problem)

    async def _open(self, connection: Connection, call: Call) -> tuple[str, str] | None:
        destination = connection.pool.destination
        call.phase = "dns"
        found = await self._resolver.find(destination.host)
        call.resolved()
        # Checked here, at each connect, and connected to as they are: a second look-up could say otherwise.
        allowed = [address for address in found if destination.excepted or is_public(address)]
        if not allowed:
            return ("address_refused", f"{', '.join(found)[:200]}: not in the public internet")
        return await self._try_each(connection, call, allowed[: connection.pool.limits.addresses])

    async def _try_each(self, connection: Connection, call: Call, addresses: list[str]) -> tuple[str, str] | None:
        """Try addresses in order; each but the last gets an equal share of the time that is left."""
        problem = None
        for position, address in enumerate(addresses):
            others = len(addresses) - position - 1
            now = self._loop.time()
            share_ends = now + (call.deadline - now) / (others + 1) if others else None
            try:
                async with asyncio.timeout_at(share_ends):
                    await self._connect(connection, call, address)
                return None
            except Exception as error:
                problem = ("unreachable", f"{address}: {_described(error)}")
            if call.sent:
                break  # the connection itself answers for what comes after the first byte
        return problem

    async def _connect(self, connection: Connection, call: Call, address: str) -> None:
        destination = connection.pool.destination
        certificate = destination.certificate if destination.scheme == "https" else None
        context = self._contexts.usual if certificate is None else await self._contexts.of(certificate)
        call.phase = "connect"
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        plain = socket.socket(family, socket.SOCK_STREAM)
        try:
            plain.setblocking(False)
            await self._loop.sock_connect(plain, (address, destination.port))
            await self._hand_over(plain, connection, call, context)
        except BaseException:
            plain.close()
            raise

    async def _hand_over(
        self, plain: socket.socket, connection: Connection, call: Call, context: ssl.SSLContext
    ) -> None:
        destination = connection.pool.destination
        if destination.scheme == "http":
            await self._loop.create_connection(lambda: connection, sock=plain)
            return
        call.phase = "tls"
        await self._loop.create_connection(
            lambda: connection, sock=plain, ssl=context, server_hostname=destination.host.rstrip(".")
        )


def _described(error: Exception) -> str:
    return str(error) or type(error).__name__
