"""`outbid serve`: a supervisor that owns the database and the socket, and exchange processes that take leads."""

import asyncio
import logging
import multiprocessing
import os
import signal
import socket
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess

from outbid.cli.database import Database
from outbid.cli.serving.logs import start_log
from outbid.settings import Settings

log = logging.getLogger("outbid.serve")

RESTART_S = 0.5
BACKLOG = 4096
CHORES_EVERY_S = 3600.0


def open_socket(host: str, port: int) -> socket.socket:
    """The listening socket, shared by all exchange processes. Raises OSError if the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Answers are written in two pieces; uvloop sets this for each connection, asyncio does not for accepted ones.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.bind((host, port))
    listener.listen(BACKLOG)
    listener.set_inheritable(True)
    return listener


class Supervisor:
    """Starts the database and the processes, restarts what dies, drains on SIGTERM."""

    def __init__(self, settings: Settings, database: Database, *, ready: Callable[[], None] = lambda: None) -> None:
        self._settings = settings
        self._database = database
        self._ready = ready
        self._stopping = False
        self._children: list[BaseProcess] = []

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT. Raises OSError if the port is taken."""
        listener = open_socket(self._settings.host, self._settings.port)
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        self._children = [self._spawn(listener) for _ in range(self._settings.processes)]
        self._ready()
        self._watch(listener)
        self._drain()

    def _stop(self, *_: object) -> None:
        self._stopping = True

    def _spawn(self, listener: socket.socket) -> BaseProcess:
        context = multiprocessing.get_context("spawn")
        child = context.Process(
            target=_exchange, args=(self._settings, self._database.url, self._database.role, listener, os.getpid())
        )
        child.start()
        return child

    def _watch(self, listener: socket.socket) -> None:
        """Look twice a second after everything that must live."""
        chores_at = time.monotonic() + CHORES_EVERY_S
        while not self._stopping:
            time.sleep(RESTART_S)
            if self._database.revive():
                log.warning("the database had died and was started again")
            for i, child in enumerate(self._children):
                if not child.is_alive() and not self._stopping:
                    log.warning("exchange process %s ended (%s) and is started again", child.pid, child.exitcode)
                    self._children[i] = self._spawn(listener)
            if time.monotonic() > chores_at:
                self._database.do_chores()
                chores_at = time.monotonic() + CHORES_EVERY_S

    def _drain(self) -> None:
        """Let every process finish its leads, then end what does not."""
        for child in self._children:
            child.terminate()
        for child in self._children:
            child.join(60)
            if child.is_alive():
                child.kill()


def _exchange(settings: Settings, url: str, role: str | None, listener: socket.socket, parent: int) -> None:
    """The main function of an exchange process."""
    from outbid.cli.serving.worker import run_exchange

    start_log(settings.log)
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    try:
        import uvloop

        uvloop.run(run_exchange(settings, url, role, listener, parent))
    except ImportError:
        asyncio.run(run_exchange(settings, url, role, listener, parent))
