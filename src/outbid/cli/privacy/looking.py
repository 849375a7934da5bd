"""Looks from the command line: put on record before anything personal is shown."""

import getpass
from collections.abc import Sequence
from typing import Any

from outbid.cli.fault import CommandError
from outbid.core.ids import uuid7
from outbid.exchange.clock import Clock, noise_source
from outbid.store.leads import Record
from outbid.store.people import looks
from outbid.store.people.persons import Lead

SHORTEST, LONGEST = 3, 200


async def note_look(connection: Any, record: Record, what: looks.What, reason: str) -> None:
    """Put a look on record, under the name of the system's user. Raises CommandError without a reason."""
    if not SHORTEST <= len(reason.strip()) <= LONGEST:
        raise CommandError(f"say why with --reason, in {SHORTEST} to {LONGEST} characters: the look is put on record")
    await _note(connection, record.cell, record.id, what, reason.strip())


async def note_person(connection: Any, leads: Sequence[Lead], what: looks.What, command: str) -> None:
    """Put on record that a person was looked for or erased by a command, lead by lead."""
    found: list[tuple[int, bytes | None]] = [(lead.cell, lead.id) for lead in leads]
    for cell, lead_id in found or [(0, None)]:
        await _note(connection, cell, lead_id, what, command)


async def _note(connection: Any, cell: int, lead_id: bytes | None, what: looks.What, reason: str) -> None:
    now_ms, noise = Clock().now_ms(), noise_source()
    who = f"command line: {user()}"
    await looks.note(connection, looks.Look(cell, uuid7(now_ms, noise(10)), lead_id, now_ms, who, what, reason))


def user() -> str:
    """The name of the system's user, as far as it can be told."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return "unknown"
