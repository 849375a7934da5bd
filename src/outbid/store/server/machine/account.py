"""Which system account runs PostgreSQL, and what that account can reach.

PostgreSQL refuses to run as root. When we are root it runs as an account that exists already; no account is made
and no permission of a folder that is not ours is changed.
"""

import os
import stat
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from outbid.store.server.place import ServerFault

PREFERRED: Final = ("postgres", "nobody")
# On Linux a process reaches its own working folder by this name, whatever the permissions of the folders above.
WORKING_FOLDER: Final = Path("/proc/self/cwd")


class Account(msgspec.Struct, frozen=True):
    """The account of the server's processes. `switch` is set when we are root and have to become it."""

    user: int
    group: int
    switch: bool

    def run(self, command: list[str], **options: Any) -> "subprocess.CompletedProcess[str]":
        """Run a short command to its end as this account, in a clean environment. Raises OSError."""
        settled: dict[str, Any] = {"cwd": "/" if self.switch else None, "env": clean_environment(), **options}
        return subprocess.run(command, text=True, capture_output=True, check=False, **settled, **self.switching())

    def switching(self) -> dict[str, Any]:
        """The arguments of `subprocess` that make a child run as this account."""
        if not self.switch:
            return {}
        return {"user": self.user, "group": self.group, "extra_groups": []}

    def can_enter(self, folder: Path) -> bool:
        """Whether this account can reach the folder by its path."""
        if not self.switch:
            return True
        return self.run(["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)]).returncode == 0

    def own(self, path: Path) -> None:
        """Give one file or folder to this account."""
        if self.switch:
            os.chown(path, self.user, self.group, follow_symlinks=False)


class Reach(msgspec.Struct, frozen=True):
    """How the server's processes are to name a folder: the argument for `-D`, and the working folder to set."""

    argument: Path
    working_folder: Path


def choose_account(data_dir: Path) -> Account:
    """The account for this data folder: ours, or when we are root its owner, else an unprivileged one.

    Raises ServerFault when the folder belongs to somebody else, or when we are root and there is no account to use.
    """
    if sys.platform == "win32":
        return Account(0, 0, switch=False)
    owner = data_dir.stat() if data_dir.exists() else None
    if os.geteuid() != 0:
        if owner and owner.st_uid != os.geteuid():
            raise ServerFault(f"The data folder {data_dir} belongs to another user; start as that user or as root.")
        return Account(os.geteuid(), os.getegid(), switch=False)
    if owner and owner.st_uid != 0:
        return Account(owner.st_uid, owner.st_gid, switch=True)
    return _unprivileged()


def reach(account: Account, folder: Path) -> Reach:
    """How this account can name the folder although a folder above it may be closed. Raises ServerFault.

    Root's checkout often stands below a closed home folder. Opening that folder to everybody would be wrong, and
    so would be keeping the data elsewhere than asked. A process keeps the working folder that it was started in.
    """
    if account.can_enter(folder):
        return Reach(folder, Path("/") if account.switch else folder)
    if account.run(["/bin/sh", "-c", f"test -w {WORKING_FOLDER}/."], cwd=folder).returncode == 0:
        return Reach(WORKING_FOLDER, folder)
    raise ServerFault(
        f"PostgreSQL does not run as root, and the user with number {account.user} cannot reach {folder}: "
        "a folder above it is closed. Choose a data folder below /var/lib, or start as a user that is not root."
    )


def clean_environment() -> Mapping[str, str]:
    """The environment of the server's processes: nothing of the caller's shell, so no PG*, LC_* or TZ of his."""
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "SYSTEMDRIVE") if name in os.environ}
    return kept | {"PATH": os.defpath, "LC_ALL": "C", "LANG": "C", "TZ": "UTC"}


def is_private(folder: Path, user: int) -> bool:
    """Whether this is a real folder of this user that nobody else can enter or write to."""
    found = folder.lstat()
    return stat.S_ISDIR(found.st_mode) and found.st_uid == user and stat.S_IMODE(found.st_mode) & 0o077 == 0


def _unprivileged() -> Account:
    if sys.platform != "win32":
        import pwd

        for name in PREFERRED:
            try:
                entry = pwd.getpwnam(name)
            except KeyError:
                continue
            return Account(entry.pw_uid, entry.pw_gid, switch=True)
    raise ServerFault(
        f"PostgreSQL does not run as root, and there is no user named {' or '.join(PREFERRED)} to run it as. "
        "Start as a user that is not root."
    )
