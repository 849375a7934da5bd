"""Looks from the command line: put on record before anything personal is shown."""

import getpass
from typing import Any

from outbid.cli.fault import CommandError
from outbid.core.ids import uuid7
from outbid.exchange.clock import Clock, noise_source
from outbid.store.leads import Record
from outbid.store.people import looks

SHORTEST, LONGEST = 3, 200


async def note_look(connection: Any, record: Record, what: looks.What, reason: str) -> None:
    """Put a look on record, under the name of the system's user. Raises CommandError without a reason."""
    if not SHORTEST <= len(reason.strip()) <= LONGEST:
        raise CommandError(f"say why with --reason, in {SHORTEST} to {LONGEST} characters: the look is put on record")
    now_ms, noise = Clock().now_ms(), noise_source()
    identifier = uuid7(now_ms, noise(10))
    who = f"command line: {user()}"
    await looks.note(connection, looks.Look(record.cell, identifier, record.id, now_ms, who, what, reason.strip()))


def user() -> str:
    """The name of the system's user, as far as it can be told."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return "unknown"
