"""Runs `postgres` on a data folder as a child of this process, and waits until a connection works."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from outbid.store.server.answer import Server, answers, server_from
from outbid.store.server.binaries import find_binaries, reachable_binaries
from outbid.store.server.cluster import major_of, prepare_data_folder, remove_if_empty, runtime_folder
from outbid.store.server.machine.account import Account, choose_account, clean_environment, reach
from outbid.store.server.machine.processes import clear_remains, read_pid_file
from outbid.store.server.place import Place, ServerFault, read_passwords
from outbid.store.server.tuning import settings_of

SOCKET_PORT: Final = 5432
PASSING_S: Final = 10.0
# Ends of a start that pass by themselves: what a killed server left is still going.
_PASSING: Final = re.compile(r"already exists|still in use|in use by")

Child = subprocess.Popen[bytes]


class Wishes(msgspec.Struct, frozen=True, kw_only=True):
    """How the caller wants his server; see `EmbeddedServer`."""

    binaries: Path | None
    settings: Mapping[str, str]
    fast_unsafe: bool
    wait_s: float


class Started(msgspec.Struct, frozen=True):
    """A server that answers, and the child process that it is."""

    server: Server
    child: Child


def launch(place: Place, wishes: Wishes, deadline: float) -> Started:
    """Make the data folder if there is none, and start a server on it. For the holder of the lock.

    `deadline` is one of `time.monotonic()`. Raises ServerFault; a server that is still recovering then goes on.
    """
    account = choose_account(place.data)
    runtime = runtime_folder(place.name, account)
    try:
        clear_remains(place.pid_file, runtime, place.name, account.user)
        found = find_binaries(wishes.binaries, wanted_major=major_of(place))
        binaries = reachable_binaries(found, account)
        prepare_data_folder(place, binaries, account, runtime, sync=not wishes.fast_unsafe)
        command = _command(binaries.program("postgres"), place, runtime, wishes)
        return _run(command, place, account, wishes, deadline)
    except ServerFault:
        remove_if_empty(runtime)
        raise


def _run(command: list[str], place: Place, account: Account, wishes: Wishes, deadline: float) -> Started:
    """Start until it answers, as long as what is in the way passes by itself."""
    patience = min(deadline, time.monotonic() + PASSING_S)
    while True:
        child = _spawn(command, place, account)
        if server := _await_answer(child, place, wishes, deadline):
            return Started(server, child)
        reason = _last_words(place)
        if time.monotonic() > patience or not _PASSING.search(reason):
            raise ServerFault(f"PostgreSQL did not start on {place.data}: {reason}")
        time.sleep(0.2)


def still_starting(place: Place, pid: int, wait_s: float) -> str:
    """The sentence for a server that runs and does not answer."""
    return (
        f"PostgreSQL (process {pid}) does not answer after {wait_s:.0f} s. After a crash it may need longer to "
        f"recover, so it was left to go on. Start again later; its log is in {place.data / 'log'}."
    )


def _command(program: Path, place: Place, runtime: Path, wishes: Wishes) -> list[str]:
    """The command line after the data folder, which `_spawn` adds."""
    sockets = os.name == "posix"
    settings = settings_of(
        place.name,
        runtime if sockets else None,
        SOCKET_PORT if sockets else _free_port(),
        wishes.settings,
        fast_unsafe=wishes.fast_unsafe,
    )
    return [str(program), *(part for name, value in settings.items() for part in ("-c", f"{name}={value}"))]


def _spawn(command: list[str], place: Place, account: Account) -> Child:
    way = reach(account, place.data)
    # The log stands beside the data folder: root must not write into a folder of another account.
    place.start_log.unlink(missing_ok=True)
    descriptor = os.open(place.start_log, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "wb") as log:
        return subprocess.Popen(
            [command[0], "-D", str(way.argument), *command[1:]],
            cwd=way.working_folder,
            env=clean_environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            **_detached(),
            **account.switching(),
        )


def _await_answer(child: Child, place: Place, wishes: Wishes, deadline: float) -> Server | None:
    """The server once a connection to it works; None when it ended before."""
    passwords = read_passwords(place)
    pause_s = 0.005
    while child.poll() is None:
        running = read_pid_file(place.pid_file)
        if running is not None and running.pid == child.pid:
            server = server_from(running, place, passwords, owned=True)
            if answers(server):
                return server
        if time.monotonic() > deadline:
            raise ServerFault(still_starting(place, child.pid, wishes.wait_s))
        time.sleep(pause_s)
        pause_s = min(pause_s * 1.3, 0.2)  # each attempt writes a line to the log while the server recovers
    return None


def _last_words(place: Place) -> str:
    """The last fatal line of a failed start: from its own output, else from the newest log."""
    logs = sorted((place.data / "log").glob("*.log"), key=lambda path: path.stat().st_mtime, reverse=True)
    for log in (place.start_log, *logs[:1]):
        lines = [line for line in log.read_text(errors="replace").splitlines() if "FATAL:" in line]
        if lines:
            return lines[-1].partition("FATAL:")[2].strip()
    return f"see {place.start_log}"


def _detached() -> dict[str, Any]:
    """Keep the terminal's Ctrl-C from the server: the app stops it when its own work is done."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
