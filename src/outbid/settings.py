"""What the process needs to know, and nothing that a person changes in the portal: read once, from the environment."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

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
    master_key    64 hex digits; while it is changed two, with their numbers: `1:HEX 2:HEX`. If absent, a file in the
                  data folder is made and used
    traffic_days  how long the requests to buyers and their replies are kept; 0: they are not
    history_days  how long leads and their history are kept; 0: for ever
    sample_percent  of how many leads it is counted which offers were not asked, and why; 0: of none
    reports       a folder with reports of the house's own, a SQL file each
    zone          the house's time zone, in which the days of reports begin
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
    sample_percent: float = 1.0
    reports: Path | None = None
    zone: str = "UTC"
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
        ("SAMPLE_PERCENT", settings.sample_percent, 0, 100),
    ):
        if not least <= value <= most:
            raise SettingsError(f"{PREFIX}{name} is {value}; write {least} to {most}")
    try:
        ZoneInfo(settings.zone)
    except (KeyError, ValueError, OSError):
        raise SettingsError(f"{PREFIX}ZONE is {settings.zone!r}; write a time zone, such as America/New_York") from None
    return settings
