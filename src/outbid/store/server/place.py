"""Where an embedded server keeps things: its data folder, and the few files that stand beside it.

Everything that must outlive the data folder or be read by the app alone stands *beside* it, since the folder
itself belongs to the server's account: `<name>.lock`, `<name>.passwords`, `<name>.start.log`, and
`<name>.half-…` while it is made.
"""

import hashlib
import json
import os
import secrets
import shutil
from pathlib import Path
from typing import Final

import msgspec

from outbid.core.fault import Fault

OWNER_ROLE: Final = "outbid"
APP_ROLE: Final = "outbid_app"
DATABASE: Final = "outbid"


class ServerFault(Fault):
    """The embedded server cannot be had. The message is a sentence that says why, and what to do about it."""


class Passwords(msgspec.Struct, frozen=True):
    """Passwords of the two roles: `owner` changes tables (migrations only), `app` is used at run time."""

    owner: str
    app: str

    def __repr__(self) -> str:
        """Show none of it: values like this one end up in tracebacks."""
        return "Passwords(…)"


class Place(msgspec.Struct, frozen=True):
    """The paths of one embedded server. `data` is absolute, without links."""

    data: Path

    @property
    def lock(self) -> Path:
        """The file whose lock says who answers for this server."""
        return self._beside("lock")

    @property
    def passwords(self) -> Path:
        """The file (0600) that holds the passwords of both roles."""
        return self._beside("passwords")

    @property
    def start_log(self) -> Path:
        """What the last start wrote before its log was open."""
        return self._beside("start.log")

    @property
    def pid_file(self) -> Path:
        """The file by which PostgreSQL says who runs on this folder."""
        return self.data / "postmaster.pid"

    @property
    def name(self) -> str:
        """A short name made from the path. It stands in the title of every process of this server."""
        return "outbid-" + hashlib.sha256(os.fsencode(self.data)).hexdigest()[:12]

    @property
    def is_made(self) -> bool:
        """Whether a complete data folder stands there. Half-made ones never bear this name."""
        return (self.data / "PG_VERSION").is_file()

    def new_half(self) -> Path:
        """A fresh empty sibling (0700) to make a data folder in."""
        half = self._beside(f"half-{secrets.token_hex(4)}")
        half.mkdir(mode=0o700)
        return half

    def remove_halves(self) -> None:
        """Remove what a killed start left behind. Only the holder of the lock may call it."""
        for half in self.data.parent.glob(f"{self.data.name}.half-*"):
            # An initdb whose parent was killed may still write there: what is left goes at the next start.
            shutil.rmtree(half, ignore_errors=True)

    def _beside(self, suffix: str) -> Path:
        return self.data.with_name(f"{self.data.name}.{suffix}")


def place_of(data_dir: Path) -> Place:
    """The place of a data folder, which need not exist; its parents are made. Raises ServerFault."""
    try:
        data_dir.parent.mkdir(parents=True, exist_ok=True)
        return Place(data_dir.resolve())
    except OSError as error:
        raise ServerFault(f"The data folder {data_dir} cannot be made: {error.strerror}.") from error


def read_passwords(place: Place) -> Passwords:
    """The passwords beside the data folder. Raises ServerFault when they are missing or not readable."""
    try:
        return msgspec.json.decode(place.passwords.read_bytes(), type=Passwords)
    except FileNotFoundError:
        raise ServerFault(
            f"The data folder {place.data} is there, but the file {place.passwords.name} beside it is missing. "
            "Put it back from a backup; without it nobody can log in."
        ) from None
    except (OSError, msgspec.DecodeError) as error:
        raise ServerFault(f"The file {place.passwords} cannot be read: {error}.") from error


def ensure_passwords(place: Place) -> Passwords:
    """The passwords, made and written to disk first if there are none. For the holder of the lock."""
    if not place.passwords.exists():
        fresh = Passwords(owner=secrets.token_urlsafe(24), app=secrets.token_urlsafe(24))
        _write_privately(place.passwords, json.dumps(msgspec.to_builtins(fresh)).encode())
    return read_passwords(place)


def _write_privately(path: Path, content: bytes) -> None:
    """Write a file (0600) that is either there whole or not at all, also after a power cut."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make a rename in this folder survive a power cut. Does nothing where folders cannot be opened."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
