"""Makes a data folder: complete or not at all, whenever the machine stops."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from outbid.store.server.binaries import Binaries
from outbid.store.server.machine.account import Account, is_private, reach
from outbid.store.server.place import OWNER_ROLE, Place, ServerFault, ensure_passwords, sync_folder

# From this major on PostgreSQL brings a collation of its own, which follows neither $LANG nor the C library.
FIRST_WITH_BUILTIN_LOCALE: Final = 17


def prepare_data_folder(
    place: Place, binaries: Binaries, account: Account, runtime: Path, *, sync: bool = True
) -> None:
    """Make the data folder if there is none, else see that these programs can open it. Raises ServerFault.

    `runtime` is a closed folder of the account. For the holder of the lock only.
    """
    place.remove_halves()
    if place.is_made:
        _refuse_other_major(place, binaries)
        _take_over_from_root(place.data, account)
    elif place.data.exists() and any(place.data.iterdir()):
        raise ServerFault(f"The folder {place.data} holds something that is no database. Choose another folder.")
    else:
        _make(place, binaries, account, runtime, sync=sync)


def major_of(place: Place) -> int | None:
    """The major version that made the data folder; None when there is no folder, or it does not say."""
    try:
        return int((place.data / "PG_VERSION").read_text())
    except (OSError, ValueError):
        return None


def runtime_folder(name: str, account: Account) -> Path:
    """A closed folder of this account with a short path: paths of sockets end at about 100 bytes.

    Made anew when a cleaner removed it. When somebody else took the name, the next name is used; who wants to
    connect reads the folder from the pid file. Raises ServerFault.
    """
    parent = Path("/tmp") if os.access("/tmp", os.W_OK) else Path(tempfile.gettempdir())
    for folder in (parent / name, *(parent / f"{name}-{n}" for n in range(1, 10))):
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            if os.name == "nt":
                return folder
            if folder.lstat().st_uid == os.geteuid():  # just made, or a start was killed here
                account.own(folder)
            if is_private(folder, account.user):
                return folder
        except OSError:
            continue
    raise ServerFault(f"No folder named {name} could be made in {parent} for the socket of the database.")


def remove_if_empty(folder: Path | None) -> None:
    """Remove a runtime folder that no socket stands in any more; harmless if there is none."""
    if folder is not None:
        with suppress(OSError):
            folder.rmdir()


def _make(place: Place, binaries: Binaries, account: Account, runtime: Path, *, sync: bool) -> None:
    password = ensure_passwords(place).owner
    half = place.new_half()
    account.own(half)
    with _password_file(runtime, account, password) as password_file:
        _initialize(half, binaries, account, password_file, sync=sync)
    try:
        half.rename(place.data)  # an empty folder in its place is replaced
    except OSError as error:
        raise ServerFault(
            f"The data folder {place.data} could not be put into its place ({error.strerror}). "
            "If it is the root of a volume, name a folder inside the volume."
        ) from error
    sync_folder(place.data.parent)


def _initialize(half: Path, binaries: Binaries, account: Account, password_file: Path, *, sync: bool) -> None:
    way = reach(account, half)
    command = [
        str(binaries.program("initdb")),
        f"--pgdata={way.argument}",
        f"--username={OWNER_ROLE}",
        "--auth=scram-sha-256",
        f"--pwfile={password_file}",
        "--encoding=UTF8",
        "--data-checksums",
        *([] if sync else ["--no-sync"]),
    ]
    said = [""]
    for locale in _locales(binaries.major):
        done = account.run(command + locale, cwd=way.working_folder)
        if done.returncode == 0:
            return
        said = done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"]
    raise ServerFault(f"PostgreSQL could not make the data folder: {said[-1]}.")


def _locales(major: int) -> list[list[str]]:
    """The arguments to try in turn, the best first."""
    if major >= FIRST_WITH_BUILTIN_LOCALE:
        return [["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]]
    return [["--locale=C.UTF-8"], ["--locale=C"]]  # some systems have no C.UTF-8


@contextmanager
def _password_file(runtime: Path, account: Account, password: str) -> Iterator[Path]:
    descriptor, name = tempfile.mkstemp(prefix="password-", dir=runtime)  # 0600
    path = Path(name)
    try:
        with open(descriptor, "w") as file:
            file.write(password + "\n")
        account.own(path)
        yield path
    finally:
        path.unlink(missing_ok=True)


def _refuse_other_major(place: Place, binaries: Binaries) -> None:
    made_by = major_of(place)
    if made_by != binaries.major:
        raise ServerFault(
            f"The data folder {place.data} was made by PostgreSQL {made_by}, and the installed programs are "
            f"version {binaries.version}. Name a folder with the programs of PostgreSQL {made_by} in OUTBID_POSTGRES "
            "and run `outbid backup FILE`; then, without it, `outbid restore FILE` with OUTBID_DATA as a new folder "
            "that holds the same master.key."
        )


def _take_over_from_root(data: Path, account: Account) -> None:
    """A folder that root copied belongs to root, and PostgreSQL would not run on it."""
    if account.switch and data.stat().st_uid == 0:
        for path in (*data.rglob("*"), data):
            account.own(path)
