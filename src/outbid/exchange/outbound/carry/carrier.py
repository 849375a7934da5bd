"""Carries mails and files: finds an address that may be reached, and never sends anything twice."""

import asyncio
import socket

from outbid.core.dialect.wire import Answer, Mail, Parcel, Response, Target, Timings
from outbid.exchange.outbound.carry.journey import Journey
from outbid.exchange.outbound.reach.address import is_public
from outbid.exchange.outbound.reach.resolver import Resolver
from outbid.exchange.outbound.reach.tls import Contexts
from outbid.exchange.outbound.refused import Refused

PORTS = {"smtp": (25, 465, 587, 2525), "sftp": (22,)}
MOST_AT_ONCE = 64


class Carrier:
    """Mails and files of one sender. It looks names up and checks addresses as requests do, at each connect."""

    def __init__(self, loop: asyncio.AbstractEventLoop, resolver: Resolver, contexts: Contexts) -> None:
        self._loop, self._resolver, self._contexts = loop, resolver, contexts
        self._room = asyncio.Semaphore(MOST_AT_ONCE)

    async def carry(self, parcel: Parcel, deadline: float) -> Answer:
        """One mail or file, until `deadline` (loop seconds). Raises nothing but what cancels it."""
        journey = Journey(self._loop, deadline)
        try:
            async with asyncio.timeout_at(deadline), self._room:
                plain = await self._connected(parcel.target, journey)
                try:
                    status, stage, words = await self._hand_over(parcel, plain, journey)
                finally:
                    if not journey.has_transport:  # else its transport closes it, when that has said goodbye
                        plain.close()
        except Refused as refusal:
            return journey.failed(refusal.reason, str(refusal))
        except TimeoutError:
            return journey.failed("timed_out", "")
        except Exception as error:
            return journey.failed("cut_off" if journey.sent else "unreachable", type(error).__name__)
        timings = Timings(connect_ms=journey.connect_ms, total_ms=journey.ms())
        return Response(status, (("stage", stage),), words, timings)

    async def _hand_over(self, parcel: Parcel, plain: socket.socket, journey: Journey) -> tuple[int, str, bytes]:
        # Both libraries are loaded when they are first needed: asyncssh alone takes a quarter of a second.
        if isinstance(parcel, Mail):
            from outbid.exchange.outbound.carry.mail import send

            return await send(parcel, plain, journey, self._contexts.mail)
        from outbid.exchange.outbound.carry.file import put

        return await put(parcel, plain, journey)

    async def _connected(self, target: Target, journey: Journey) -> socket.socket:
        excepted = (target.host, target.port) in target.exceptions
        if not excepted and target.port not in PORTS[target.scheme]:
            ports = ", ".join(map(str, PORTS[target.scheme]))
            raise Refused("address_refused", f"port {target.port} is none of {ports}, and no exception allows it")
        journey.phase = "dns"
        found = await self._resolver.find(target.host)
        allowed = [address for address in found if excepted or is_public(address)]
        if not allowed:
            journey.phase = "refused"
            raise Refused("address_refused", f"{', '.join(found)[:200]}: not in the public internet")
        journey.phase = "connect"
        for place, address in enumerate(allowed):
            try:
                return await self._connect(address, target.port)
            except OSError:
                if place == len(allowed) - 1:
                    raise
        raise OSError("the host has no address")

    async def _connect(self, address: str, port: int) -> socket.socket:
        plain = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
        try:
            plain.setblocking(False)
            await self._loop.sock_connect(plain, (address, port))
        except BaseException:
            plain.close()
            raise
        return plain
