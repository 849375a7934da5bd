"""What runs on a data folder: read from the list of processes, never believed from a number in a file alone."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import msgspec

# A command begins with the program's path, and once the server has set its titles with "postgres: ".
_PROGRAM_ENDS: Final = re.compile(r"\0| -D |: ")
_IS_POSTGRES: Final = re.compile(r"(^|[/\\])postgres(\.exe)?\"?$")
_PROC: Final = Path("/proc")
REAPING_S: Final = 2.0


class PidFile(msgspec.Struct, frozen=True):
    """What PostgreSQL wrote about itself into `postmaster.pid`. `socket_dir` is None where it listens by TCP."""

    pid: int
    port: int
    socket_dir: Path | None


class Process(msgspec.Struct, frozen=True):
    """One process. `user` is None where the system does not say; `dead` means: a zombie."""

    pid: int
    user: int | None
    dead: bool
    command: str

    @property
    def is_postgres(self) -> bool:
        """Whether it is a process of some PostgreSQL server."""
        program = _PROGRAM_ENDS.split(self.command, maxsplit=1)[0]
        return not self.dead and _IS_POSTGRES.search(program) is not None


def read_pid_file(path: Path) -> PidFile | None:
    """The file's content; None when it is missing, or not written to its end yet. Raises PermissionError."""
    try:
        lines = path.read_text(errors="replace").splitlines()
        return PidFile(int(lines[0]), int(lines[3]), Path(lines[4]) if lines[4] else None)
    except PermissionError:
        raise
    except (OSError, ValueError, IndexError):
        return None


def find_process(pid: int) -> Process | None:
    """The process of this number, zombies included; None when there is none."""
    if _PROC.joinpath("self", "stat").exists():
        return _read_proc(pid)
    return next((process for process in _list_processes() if process.pid == pid), None)


def server_processes(name: str, user: int) -> list[Process]:
    """The living processes of the server of this name: PostgreSQL puts the name into each one's title."""
    return [process for process in _list_processes() if belongs_to(process, name, user)]


def belongs_to(process: Process | None, name: str, user: int) -> bool:
    """Whether this is a living process of the server of this name and this account."""
    return process is not None and process.is_postgres and name in process.command and process.user in (user, None)


def wait_until(condition: Callable[[], bool], wait_s: float) -> bool:
    """Wait at most `wait_s` seconds for the condition. Returns whether it came true."""
    deadline = time.monotonic() + wait_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def end_processes(name: str, user: int, wait_s: float = 5.0) -> bool:
    """End what is left of a server whose first process died. Returns whether nothing is left.

    A busy session notices that death only when its query ends, and until then no new server may start.
    """
    for ending in (signal.SIGQUIT, signal.SIGKILL) if sys.platform != "win32" else (signal.SIGTERM,):
        for process in server_processes(name, user):
            send(process.pid, ending)
        if wait_until(lambda: not server_processes(name, user), wait_s):
            return True
    return False


def send(pid: int, number: int) -> None:
    """Send a signal; a process that is gone, or not ours, is no error."""
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        return


def clear_remains(pid_file: Path, runtime: Path, name: str, user: int) -> None:
    """Prepare a start after a server died, for the holder of the lock: end its orphans, drop stale files.

    PostgreSQL itself drops a pid file whose process is gone. It cannot tell a zombie, or a process that got the
    same number later, from a running server. We can; where we cannot prove the death the file stays.
    """
    if not end_processes(name, user):
        return
    for left in (*runtime.glob(".s.PGSQL.*"), *runtime.glob("password-*")):
        left.unlink(missing_ok=True)
    running = read_pid_file(pid_file)
    if running is None or wait_until(lambda: find_process(running.pid) is None, _patience(running.pid)):
        return
    process = find_process(running.pid)
    if process is not None and not process.is_postgres:
        pid_file.unlink(missing_ok=True)


def _patience(pid: int) -> float:
    """Seconds to wait for a process to go: only a zombie will, once its parent reaps it."""
    process = find_process(pid)
    return REAPING_S if process is not None and process.dead else 0.0


def _read_proc(pid: int) -> Process | None:
    folder = _PROC / str(pid)
    try:
        state = folder.joinpath("stat").read_text(errors="replace").rpartition(")")[2].split()[0]
        command = folder.joinpath("cmdline").read_text(errors="replace")
        return Process(pid, folder.stat().st_uid, state in "ZX", command)
    except (OSError, IndexError):
        return None


def _list_processes() -> Iterator[Process]:
    if _PROC.joinpath("self", "stat").exists():
        numbers = [int(entry) for entry in os.listdir(_PROC) if entry.isdigit()]
        return (process for process in map(_read_proc, numbers) if process is not None)
    return _ask_system()


def _ask_system() -> Iterator[Process]:
    """Where there is no /proc: `ps`, and on Windows PowerShell, which knows no users of processes."""
    if sys.platform == "win32":
        script = 'Get-CimInstance Win32_Process | ForEach-Object { "$($_.ProcessId) $($_.CommandLine)" }'
        for line in _lines(["powershell", "-NoProfile", "-Command", script]):
            pid, _, command = line.partition(" ")
            yield Process(int(pid), None, False, command)
        return
    for line in _lines(["ps", "-axww", "-o", "pid=,uid=,stat=,command="]):
        pid, user, state, command = [*line.split(None, 3), ""][:4]
        yield Process(int(pid), int(user), state.startswith("Z"), command)


def _lines(command: list[str]) -> list[str]:
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    return [line.strip() for line in said.stdout.splitlines() if line.strip()[:1].isdigit()]
