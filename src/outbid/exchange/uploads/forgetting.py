"""Erasing leads: their keys are destroyed, and their lines are taken out of what is kept of files of leads."""

from collections.abc import Sequence

from outbid.core.scope import HOUSE
from outbid.exchange.uploads.rows import opened, sealed
from outbid.store import uploads
from outbid.store.database import Connection
from outbid.store.people import persons
from outbid.store.people.persons import Lead
from outbid.store.vault import Vault


async def erase(connection: Connection, vault: Vault, leads: Sequence[Lead]) -> int:
    """Erase leads, in the caller's transaction. Returns how many there still were."""
    for cell in {lead.cell for lead in leads}:
        ids = [lead.id for lead in leads if lead.cell == cell]
        for identifier, lines in await uploads.lines_of(connection, HOUSE, cell, ids):
            upload = await uploads.one(connection, HOUSE, cell, identifier)
            if upload is not None:
                await _forget(connection, vault, upload, lines)
    return await persons.erase(connection, HOUSE, list(leads))


async def _forget(connection: Connection, vault: Vault, upload: uploads.Upload, lines: Sequence[int]) -> None:
    key = vault.unwrap(upload.id, upload.wrapped)
    for line in lines:
        piece = await uploads.piece_with(connection, upload, line)
        if piece is None:
            continue
        rows = opened(vault, key, upload, piece)
        kept = [row for row in rows if row.line != line]
        if len(kept) < len(rows):
            await uploads.reseal(connection, upload, sealed(vault, key, upload.id, piece.first_line, kept))
