"""PostgreSQL's own programs at work: `pg_dump` out of a database, `pg_restore` and `psql` into one."""

import re
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO
from urllib.parse import unquote, urlsplit

from outbid.store.server.binaries import Binaries, find_binaries
from outbid.store.server.machine.account import clean_environment
from outbid.store.server.place import ServerFault
from outbid.store.upkeep.backup.archive import CHUNK_BYTES, BackupFault


def find_programs(setting: Path | None, major: int) -> Binaries:
    """The programs of a server's own major version, which alone fit it for sure. Raises BackupFault."""
    try:
        found = find_binaries(setting, wanted_major=major)
    except ServerFault as fault:
        raise BackupFault(f"{fault} Without them, use your server's own tools for backups.") from fault
    if found.major != major:
        raise BackupFault(
            f"The database is PostgreSQL {major}, and the programs here are of version {found.version}: use your "
            f"server's own tools, or name a folder with the programs of PostgreSQL {major} in OUTBID_POSTGRES."
        )
    return found


def dump(programs: Binaries, url: str, schema: str, snapshot: str) -> Iterator[bytes]:
    """The dump of a schema as a transaction that stays open sees it. Raises BackupFault."""
    command = [
        *_command(programs, "pg_dump", url),
        "--format=custom",
        "--no-owner",
        "--no-privileges",
        f"--schema={schema}",
        f"--snapshot={snapshot}",
    ]
    with tempfile.TemporaryFile() as said:
        with subprocess.Popen(command, env=_environment(url), stdout=subprocess.PIPE, stderr=said) as process:
            assert process.stdout is not None
            try:
                while chunk := process.stdout.read(CHUNK_BYTES):
                    yield chunk
            except GeneratorExit:
                process.kill()
                raise
        _refuse_failure("pg_dump", process.returncode, said)


def replay(programs: Binaries, url: str, before: str, chunks: Iterable[bytes], after: str) -> None:
    """Run `before`, a dump and `after` in one transaction: all of it, or nothing. Raises BackupFault.

    COMMIT is sent only when `pg_restore` has ended well; else the session ends without one.
    """
    command = [*_command(programs, "psql", url), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file=-"]
    reading = [str(programs.program("pg_restore")), "--no-owner", "--no-privileges", "--file=-"]
    with tempfile.TemporaryFile() as psql_said, tempfile.TemporaryFile() as restore_said:
        psql = subprocess.Popen(
            command, env=_environment(url), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=psql_said
        )
        assert psql.stdin is not None
        with psql, suppress(BrokenPipeError):
            # Rows may stand in long messages, and rows are persons.
            psql.stdin.write(f"\\set VERBOSITY terse\nbegin;\n{before}\n".encode())
            psql.stdin.flush()
            restore = subprocess.Popen(
                reading, env=clean_environment(), stdin=subprocess.PIPE, stdout=psql.stdin, stderr=restore_said
            )
            with restore:
                _feed(restore, chunks)
            if restore.returncode == 0:
                psql.stdin.write(f"{after}\ncommit;\n".encode())
                psql.stdin.flush()
        _refuse_failure("psql", psql.returncode, psql_said)
        _refuse_failure("pg_restore", restore.returncode, restore_said)


def _feed(process: "subprocess.Popen[bytes]", chunks: Iterable[bytes]) -> None:
    assert process.stdin is not None
    with suppress(BrokenPipeError):
        for chunk in chunks:
            process.stdin.write(chunk)
        process.stdin.close()


def _command(programs: Binaries, name: str, url: str) -> list[str]:
    """The program with the database's URL, but for the password: others can read the command line."""
    parts = urlsplit(url)
    person, at, host = parts.netloc.rpartition("@")
    shown = parts._replace(netloc=person.partition(":")[0] + at + host).geturl()
    if not parts.netloc.strip(":@"):
        shown = re.sub(r"^(\w+):/*", r"\1:///", shown)
    return [str(programs.program(name)), f"--dbname={shown}", "--no-password"]


def _environment(url: str) -> Mapping[str, str]:
    password = urlsplit(url).password
    return dict(clean_environment()) | ({"PGPASSWORD": unquote(password)} if password else {})


def _refuse_failure(name: str, code: int, said: IO[bytes]) -> None:
    if code != 0:
        said.seek(0)
        lines = said.read().decode(errors="replace").strip().splitlines() or [f"it ended with {code}"]
        found = next((line for line in lines if "error" in line.lower()), lines[-1])
        raise BackupFault(f"{name} failed: {found.rstrip('.')}.")
