"""The file of a backup: a zip that holds `database.dump` (pg_dump, custom format) and `manifest.json`.

Nothing but `unzip` and `pg_restore` is needed to open one without this program.
"""

import hashlib
import os
import struct
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Final
from zipfile import BadZipFile, ZipFile, ZipInfo

import msgspec

from outbid.core.fault import Fault

FORMAT: Final = 1
DUMP: Final = "database.dump"
MANIFEST: Final = "manifest.json"
CHUNK_BYTES: Final = 1 << 20
_UNREADABLE: Final = (BadZipFile, EOFError, KeyError, ValueError, RuntimeError, zlib.error, struct.error)


class BackupFault(Fault):
    """No backup was made, or none was put back. The message is a sentence for the operator."""


class Step(msgspec.Struct, frozen=True):
    """A migration that the database had: its number, its name, the SHA-256 of its file in hex."""

    number: int
    name: str
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup holds.

    at_ms         the instant, in UTC milliseconds
    server        the major version of the PostgreSQL that it was made from
    name          of the schema in the database that holds all tables
    migrations    what had been applied; it is put back only where the program has the same
    keys          the master keys that it needs, by number: a word sealed with each, in hex, which tells the right key
    rows          how many rows each table had at that instant
    dump_bytes    the length of the dump; `dump_sha256` is its digest in hex
    """

    format: int
    program: str
    at_ms: int
    server: int
    name: str
    migrations: tuple[Step, ...]
    keys: dict[int, str]
    rows: dict[str, int]
    dump_bytes: int = 0
    dump_sha256: str = ""


def write_archive(file: Path, manifest: Manifest, dump: Iterable[bytes]) -> Manifest:
    """Write a backup (0600): complete under its name, or not at all. Returns the manifest as written.

    Raises BackupFault when the file is there already or cannot be written.
    """
    if file.exists():
        raise BackupFault(f"{file} is there already: name another file.")
    draft = file.with_name(f"{file.name}.{os.getpid()}.part")
    try:
        with open(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as raw:
            written = _fill(raw, manifest, dump)
            raw.flush()
            os.fsync(raw.fileno())
        draft.rename(file)
    except OSError as error:
        raise BackupFault(f"{file} cannot be written: {error.strerror}.") from error
    finally:
        draft.unlink(missing_ok=True)
    return written


def read_manifest(file: Path) -> Manifest:
    """The manifest of a backup whose dump is whole: every byte was read and counted. Raises BackupFault."""
    digest, length = hashlib.sha256(), 0
    try:
        with ZipFile(file) as archive:
            manifest = msgspec.json.decode(archive.read(MANIFEST), type=Manifest)
        if manifest.format == FORMAT:
            for chunk in read_dump(file):
                digest.update(chunk)
                length += len(chunk)
    except (*_UNREADABLE, msgspec.DecodeError) as error:
        raise BackupFault(f"{file} is no backup, or it is damaged ({error}). Nothing was changed.") from error
    except OSError as error:
        raise BackupFault(f"{file} cannot be read: {error.strerror}.") from error
    if manifest.format != FORMAT:
        raise BackupFault(f"{file} was written by Outbid {manifest.program} in a form that this version cannot read.")
    if (length, digest.hexdigest()) != (manifest.dump_bytes, manifest.dump_sha256):
        raise BackupFault(f"{file} is damaged: its dump is not the one that was written. Nothing was changed.")
    return manifest


def read_dump(file: Path) -> Iterator[bytes]:
    """The dump, piece by piece."""
    with ZipFile(file) as archive, archive.open(DUMP) as dump:
        while chunk := dump.read(CHUNK_BYTES):
            yield chunk


def _fill(raw: IO[bytes], manifest: Manifest, dump: Iterable[bytes]) -> Manifest:
    """The dump is packed already, so it is stored as it is."""
    digest, length = hashlib.sha256(), 0
    with ZipFile(raw, "w") as archive:
        with archive.open(ZipInfo(DUMP), "w", force_zip64=True) as part:
            for chunk in dump:
                part.write(chunk)
                digest.update(chunk)
                length += len(chunk)
        whole = msgspec.structs.replace(manifest, dump_bytes=length, dump_sha256=digest.hexdigest())
        archive.writestr(ZipInfo(MANIFEST), msgspec.json.format(msgspec.json.encode(whole), indent=1))
    return whole
