"""The master key where it stands, in the environment or in a file (0600): read, copied, changed for a new one.

Keys have numbers. A text holds one key, or two while the older is being replaced, such as `1:HEX 2:HEX`; a key without
a number is the first. The highest is the newest.
"""

import contextlib
import os
import secrets
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from outbid.settings import PREFIX, Settings, SettingsError

KEY_BYTES = 32


def master_keys(settings: Settings) -> dict[int, bytes]:
    """The master keys by number, from the environment or from their file, which is made the first time."""
    if settings.master_key is not None:
        return _keys_of(settings.master_key, f"{PREFIX}MASTER_KEY")
    path = settings.master_key_file
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() and settings.database_url is None and settings.database_dir.exists():
        raise SettingsError(f"{path} is missing, and the database beside it was made with it: put it back")
    if not path.exists():
        _make(path)
    return _keys_of(path.read_text(), str(path))


def written(keys: Mapping[int, bytes]) -> str:
    """Keys as one text, which a file or the environment may hold."""
    return " ".join(f"{number}:{keys[number].hex()}" for number in sorted(keys))


def with_new_key(keys: Mapping[int, bytes]) -> dict[int, bytes]:
    """The keys and one more, drawn just now, as the newest."""
    return {**keys, max(keys) + 1: secrets.token_bytes(KEY_BYTES)}


def replace_file(settings: Settings, keys: Mapping[int, bytes]) -> None:
    """Put these keys into the file. After a crash or a power cut it holds what it held before, or all of them."""
    path = settings.master_key_file
    draft = _draft(path, written(keys))
    os.replace(draft, path)
    _make_durable(path.parent)


def confirm_copy(settings: Settings, copy: str) -> None:
    """Note that somebody has a copy of the master key, which he shows. Raises SettingsError if it is another key."""
    keys, shown = master_keys(settings), _keys_of(copy, "the copy")
    if any(shown.get(number) != key for number, key in keys.items()):
        raise SettingsError("the copy holds another key than the one in use, or not all: make a new copy")
    _note_of_copy(settings).write_text(_print_of(keys) + "\n")


def is_copied(settings: Settings) -> bool:
    """Did somebody show a copy of the newest master key?"""
    note = _note_of_copy(settings)
    return note.exists() and note.read_text().strip() == _print_of(master_keys(settings))


def _print_of(keys: Mapping[int, bytes]) -> str:
    return sha256(keys[max(keys)]).hexdigest()


def _note_of_copy(settings: Settings) -> Path:
    return settings.master_key_file.with_suffix(".copied")


def _make(path: Path) -> None:
    """Write a new key beside its place and link it there: nobody ever reads half a key, and the first one stays."""
    draft = _draft(path, secrets.token_hex(KEY_BYTES))
    with contextlib.suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()
    _make_durable(path.parent)


def _draft(path: Path, text: str) -> Path:
    draft = path.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    return draft


def _make_durable(folder: Path) -> None:
    """What was renamed in a folder stays so after a power cut only when the folder is written too."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _keys_of(text: str, where: str) -> dict[int, bytes]:
    keys: dict[int, bytes] = {}
    for word in text.split():
        number, _, digits = word.rpartition(":")
        key = _bytes_of(digits)
        if len(key) != KEY_BYTES or not (number.isdecimal() or word == digits) or int(number or 1) in keys:
            keys = {}
            break
        keys[int(number or 1)] = key
    if not keys:
        raise SettingsError(
            f"{where} does not hold a master key: write 64 hex digits, or two keys with their numbers, 1:HEX 2:HEX"
        )
    return keys


def _bytes_of(digits: str) -> bytes:
    try:
        return bytes.fromhex(digits)
    except ValueError:
        return b""
