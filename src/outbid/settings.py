"""What the process needs to know, and nothing that a person changes in the portal: read once, from the environment."""

import contextlib
import os
import secrets
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Literal

import msgspec

from outbid.core.fault import Fault

PREFIX = "OUTBID_"
OTHERS = frozenset(("rig", "demo_keys", "kills", "simulation_seconds"))
"""Variables that begin alike and are read elsewhere: by the bench, the demo and the tests."""


class SettingsError(Fault):
    """A setting that cannot be: which, what it is, and what would be right."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a process, each the environment variable OUTBID_<NAME>.

    data          folder of the embedded server, of keys and logs
    database_url  a PostgreSQL server to use instead of the embedded one
    postgres      folder of PostgreSQL's programs for the embedded server, instead of the package's own
    host, port    where to listen
    processes     how many exchange processes
    gather_ms     how long leads gather for one commit while there is little to do: CPU against latency
    master_key    64 hex digits; if absent, a file beside the data folder is made and used
    traffic_days  how long the requests to buyers and their replies are kept; 0: they are not
    history_days  how long leads and their history are kept; 0: for ever
    log           how the log is written: `text` for people, `json` for machines
    """

    data: Path = Path("var")
    database_url: str | None = None
    postgres: Path | None = None
    host: str = "127.0.0.1"
    port: int = 8800
    processes: int = 2
    gather_ms: float = 5.0
    master_key: str | None = None
    traffic_days: int = 30
    history_days: int = 0
    log: Literal["text", "json"] = "text"

    @property
    def database_dir(self) -> Path:
        """The folder of the embedded server."""
        return self.data / "database"

    @property
    def master_key_file(self) -> Path:
        """Where the master key stands if it is not in the environment: beside the database's folder, never in it."""
        return self.data / "master.key"


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings. Raises SettingsError."""
    found = os.environ if environment is None else environment
    given = {key.removeprefix(PREFIX).lower(): value for key, value in found.items() if key.startswith(PREFIX)}
    for name in sorted(set(given) - set(Settings.__struct_fields__) - OTHERS):
        known = ", ".join(PREFIX + field.upper() for field in Settings.__struct_fields__)
        raise SettingsError(f"there is no setting {PREFIX}{name.upper()}; there are {known}")
    given = {name: value for name, value in given.items() if name not in OTHERS}
    try:
        settings = msgspec.convert(given, Settings, strict=False, dec_hook=lambda kind, value: kind(value))
    except (msgspec.ValidationError, ValueError) as error:
        raise SettingsError(f"a setting is wrong: {error} (variables are {PREFIX}PORT, {PREFIX}DATA …)") from None
    for name, value, least, most in (
        ("PROCESSES", settings.processes, 1, 64),
        ("PORT", settings.port, 1, 65535),
        ("GATHER_MS", settings.gather_ms, 0, 100),
        ("TRAFFIC_DAYS", settings.traffic_days, 0, 3650),
        ("HISTORY_DAYS", settings.history_days, 0, 36500),
    ):
        if not least <= value <= most:
            raise SettingsError(f"{PREFIX}{name} is {value}; write {least} to {most}")
    return settings


def master_key(settings: Settings) -> bytes:
    """The master key: from the environment, or from its file, which is made (0600) the first time."""
    if settings.master_key is not None:
        return _key_of(settings.master_key, f"{PREFIX}MASTER_KEY")
    path = settings.master_key_file
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() and settings.database_url is None and settings.database_dir.exists():
        raise SettingsError(f"{path} is missing, and the database beside it was made with it: put it back")
    if not path.exists():
        _make_key(path)
    return _key_of(path.read_text(), str(path))


def confirm_copy(settings: Settings, copy: str) -> None:
    """Note that somebody has a copy of the master key, which he shows. Raises SettingsError if it is another key."""
    key = master_key(settings)
    if _key_of(copy, "the copy") != key:
        raise SettingsError("the copy is another key than the one in use: make a new copy")
    _note_of_copy(settings).write_text(sha256(key).hexdigest() + "\n")


def is_copied(settings: Settings) -> bool:
    """Did somebody show a copy of the master key that is in use?"""
    note = _note_of_copy(settings)
    return note.exists() and note.read_text().strip() == sha256(master_key(settings)).hexdigest()


def _note_of_copy(settings: Settings) -> Path:
    return settings.master_key_file.with_suffix(".copied")


def _make_key(path: Path) -> None:
    """Write a new key beside its place and link it there: nobody ever reads half a key, and the first one stays."""
    draft = path.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(secrets.token_hex(32) + "\n")
    with contextlib.suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()


def _key_of(text: str, where: str) -> bytes:
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if len(key) != 32:
        raise SettingsError(f"{where} does not hold a master key: write 64 hex digits")
    return key
