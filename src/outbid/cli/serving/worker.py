"""An exchange process from its start to its end: rooms opened, the server run, leads drained."""

import asyncio
import contextlib
import gc
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator

import uvicorn

from outbid.api.app import build
from outbid.api.hot import protocol_of
from outbid.api.intake import Intake
from outbid.cli.serving.accepting import Acceptor
from outbid.cli.serving.logs import tell_fault
from outbid.core.reasons import ALL
from outbid.exchange.ahead.child import child_of
from outbid.exchange.clock import noise_source
from outbid.exchange.outbound import Outbound
from outbid.exchange.process import Process
from outbid.master_key import master_keys
from outbid.plugins.registry import Registry
from outbid.plugins.reports import Reports
from outbid.settings import Settings
from outbid.store import database
from outbid.store.vault import Vault

LOOK_S = 0.5
KEEP_ALIVE_S = 75
DRAIN_S = 30
LONGEST_TURN_S = 0.0005
"""How long a thread that compiles a market keeps the loop waiting for its turn; Python's own 5 ms would be felt."""


class _Server(uvicorn.Server):
    """A server that leaves signals to us: uvicorn would raise them again and end the process before it has drained.

    It shares its socket with other processes, so it takes connections a few at a time. `leave` is called once, when it
    takes no more: whatever would stream on for ever has to end then.
    """

    def __init__(self, config: uvicorn.Config, leave: Callable[[], None]) -> None:
        super().__init__(config)
        self._leave = leave

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more connections, and let those that are there finish."""
        self._leave()
        await super().shutdown(sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to take connections."""
        assert sockets is not None
        loop, config = asyncio.get_running_loop(), self.config

        def protocol() -> asyncio.Protocol:
            made: asyncio.Protocol = config.http_protocol_class(  # type: ignore[call-arg]
                config=config, server_state=self.server_state, app_state={}, _loop=loop
            )
            return made

        self.servers = [Acceptor(loop, listener, protocol) for listener in sockets]  # type: ignore[misc]
        self.started = True

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Ask for the end on SIGTERM; ^C goes to the supervisor alone."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, lambda: setattr(self, "should_exit", True))
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        yield


async def run_exchange(settings: Settings, url: str, role: str | None, listener: socket.socket, parent: int) -> None:
    """Serve leads until SIGTERM, until the parent is gone, or until this process lost its lane."""
    registry, loop = Registry(), asyncio.get_running_loop()
    loop.set_exception_handler(tell_fault)
    door = Outbound(loop)
    vault = Vault(master_keys(settings), noise_source())
    keeps_traffic, sampled = settings.traffic_days > 0, round(settings.sample_percent * 10_000)
    child = child_of(url, role)
    process = Process(
        lambda: database.connect(url, role=role),
        door,
        vault,
        registry,
        child,
        keeps_traffic=keeps_traffic,
        sampled=sampled,
    )
    exchange = await process.open(gather_ms=settings.gather_ms)
    pool = await database.pool(url, 4, role=role)
    reasons = {**ALL, **registry.reasons()}
    intake = Intake(exchange, pool, reasons)
    server = _Server(
        uvicorn.Config(
            build(intake, exchange, pool, vault, reasons, Reports(settings.reports), settings.zone),
            http=protocol_of(intake),
            ws="none",
            lifespan="off",
            access_log=False,
            log_config=None,
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=DRAIN_S,
            server_header=False,
            date_header=False,
            proxy_headers=False,
        ),
        exchange.leave,
    )
    _calm_garbage_collection()
    sys.setswitchinterval(LONGEST_TURN_S)
    watch = asyncio.create_task(_watch(server, process, parent))
    try:
        await server.serve(sockets=[listener])
    finally:
        intake.open = False
        watch.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watch
        await process.close()
        await door.close()
        await pool.close()


def _calm_garbage_collection() -> None:
    """The market and the modules live as long as the process: the collector need not look at them again.

    Leads make no cycles worth a collection every 700 objects; measured, the default costs a tenth of the CPU.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


async def _watch(server: uvicorn.Server, process: Process, parent: int) -> None:
    """End the server when the supervisor is gone or the lane is lost."""
    while os.getppid() == parent and not process.fenced.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.fenced.wait(), LOOK_S)
    if process.fenced.is_set():
        server.force_exit = True
    server.should_exit = True
