"""One embedded server in the hands of a supervisor: started or adopted, watched, revived, stopped."""

import signal
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from outbid.store.server.answer import Server, answers, server_from
from outbid.store.server.cluster import remove_if_empty
from outbid.store.server.launch import Child, Wishes, launch, still_starting
from outbid.store.server.machine.account import choose_account
from outbid.store.server.machine.lock import FolderLock
from outbid.store.server.machine.processes import (
    belongs_to,
    end_processes,
    find_process,
    read_pid_file,
    send,
    wait_until,
)
from outbid.store.server.place import ServerFault, place_of, read_passwords

UNKNOWN_EXIT: Final = 255
STOP_S: Final = 60.0
STEP_S: Final = 0.05


class EmbeddedServer:
    """One server on one data folder, for a supervisor: `start`, then `poll` or `wait`, `revive`, at last `stop`.

    All methods block: call them by `asyncio.to_thread` from a loop. A server that a killed app left running is
    adopted. Of several processes on one folder the first owns the server and the others connect to it; when the
    owner is gone, the next `start` or `revive` makes its caller the owner.

    `process` is the child, or None when the server is not a child of this process; `server` what runs, or None.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        binaries: Path | None = None,
        settings: Mapping[str, str] | None = None,
        fast_unsafe: bool = False,
        wait_s: float = 120.0,
    ) -> None:
        """Remember what to start.

        `binaries` names a folder with PostgreSQL's programs, `settings` are added to ours, `fast_unsafe` gives up
        durability (tests only), `wait_s` bounds each start in seconds. Raises ServerFault.
        """
        self._place = place_of(data_dir)
        self._wishes = Wishes(binaries=binaries, settings=dict(settings or {}), fast_unsafe=fast_unsafe, wait_s=wait_s)
        self._lock = FolderLock(self._place.lock)
        self.process: Child | None = None
        self.server: Server | None = None

    def __enter__(self) -> Self:
        """Start the server."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the server if it is ours."""
        self.stop()

    def start(self) -> Server:
        """Start the server, or connect to the one that runs. A connection works on return. Raises ServerFault."""
        deadline = time.monotonic() + self._wishes.wait_s
        while True:
            if self._try_lock():
                return self._own(deadline)
            if (server := self._look(owned=False)) and answers(server):
                return self._keep(server, None)
            if time.monotonic() > deadline:
                raise ServerFault(
                    f"Another process answers for the database in {self._place.data}, but the database does not "
                    f"answer since {self._wishes.wait_s:.0f} s."
                )
            time.sleep(STEP_S)

    def poll(self) -> int | None:
        """None while the server runs, else its exit code as `subprocess` tells it; 255 where nobody can know it."""
        if self.process is not None:
            return self.process.poll()
        return None if self.server is not None and self._runs(self.server.pid) else UNKNOWN_EXIT

    def wait(self) -> int:
        """Wait until the server ends. Returns its exit code, see `poll`."""
        if self.process is not None:
            return self.process.wait()
        while (code := self.poll()) is None:
            time.sleep(STEP_S)
        return code

    def revive(self) -> Server:
        """Start the server again if it died, else return it as it is. Raises ServerFault."""
        if self.server is not None and self.poll() is None:
            return self.server
        return self.start()

    def stop(self, wait_s: float = STOP_S) -> None:
        """Stop the server if it is ours: sessions end at once, data are written; after `wait_s` seconds by force.

        A server that is not ours is left alone. Harmless when nothing runs.
        """
        server, self.server = self.server, None
        try:
            if server is not None and server.owned:
                self._end(server.pid, wait_s)
                remove_if_empty(server.socket_dir)
        finally:
            self.process = None
            self._lock.release()

    def _try_lock(self) -> bool:
        try:
            return self._lock.try_take()
        except OSError as error:
            raise ServerFault(f"The file {self._place.lock} cannot be locked: {error.strerror}.") from error

    def _own(self, deadline: float) -> Server:
        """As the holder of the lock: adopt the server that runs, or start one."""
        try:
            if self._place.is_made:
                read_passwords(self._place)  # without them do nothing, least of all end what runs
            if server := self._adopt(deadline):
                child = self.process if self.process and self.process.pid == server.pid else None
                return self._keep(server, child)
            started = launch(self._place, self._wishes, deadline)
            return self._keep(started.server, started.child)
        except BaseException:
            self._lock.release()
            raise

    def _keep(self, server: Server, child: Child | None) -> Server:
        self.server, self.process = server, child
        return server

    def _adopt(self, deadline: float) -> Server | None:
        """The server that an app left running; None when there is none, or none that can be reached any more."""
        if self.process is not None:
            self.process.poll()  # reap it: a zombie counts as running for PostgreSQL
        while server := self._look(owned=True):
            if answers(server):
                return server
            if server.socket_dir and not (server.socket_dir / f".s.PGSQL.{server.port}").exists():
                self._end(server.pid, STOP_S)  # somebody removed its socket: nobody can ever connect again
                return None
            if time.monotonic() > deadline:
                raise ServerFault(still_starting(self._place, server.pid, self._wishes.wait_s))
            time.sleep(STEP_S)
        return None

    def _look(self, *, owned: bool) -> Server | None:
        """The server that runs on the data folder, whether it answers or not."""
        place = self._place
        try:
            running = read_pid_file(place.pid_file)
        except PermissionError:
            raise ServerFault(f"The data folder {place.data} belongs to another user.") from None
        if running is None or not place.passwords.exists() or not self._runs(running.pid):
            return None
        return server_from(running, place, read_passwords(place), owned=owned)

    def _runs(self, pid: int) -> bool:
        user = choose_account(self._place.data).user
        return belongs_to(find_process(pid), self._place.name, user)

    def _end(self, pid: int, wait_s: float) -> None:
        """End a server that we hold the lock of, and see it gone."""

        def gone() -> bool:
            if self.process is not None and self.process.pid == pid:
                return self.process.poll() is not None
            return not self._runs(pid)

        if not gone():
            send(pid, signal.SIGINT)
        if not wait_until(gone, wait_s):
            end_processes(self._place.name, choose_account(self._place.data).user)
            wait_until(gone, wait_s)
