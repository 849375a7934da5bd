"""`outbid leads traffic`: what was said to buyers and enrichers about a lead and what they answered, for reading."""

import argparse
import contextlib
import json
from datetime import UTC, datetime
from typing import Any

from outbid.cli.database import Database
from outbid.cli.fault import CommandError
from outbid.cli.leads import find_lead
from outbid.cli.privacy.looking import note_look
from outbid.core.ids import LEAD, public
from outbid.core.lead.traffic import Said
from outbid.core.market.compile import compile_market
from outbid.core.market.snapshot import Campaign, Market
from outbid.core.scope import HOUSE
from outbid.exchange.revive import traffic_of
from outbid.plugins.registry import Registry
from outbid.settings import read_settings
from outbid.store import leads
from outbid.store import market as markets
from outbid.store.vault import Vault


def traffic(given: argparse.Namespace) -> int:
    """Print the traffic of a lead."""
    settings = read_settings()
    with Database(settings) as database:
        database.migrate()
        vault = database.vault()
        text = database.use(lambda connection: _read(connection, vault, given.lead, given.reason))
    print(text)
    return 0


async def _read(connection: Any, vault: Vault, name: str, reason: str) -> str:
    cell, lead_id = await find_lead(connection, name)
    record = await leads.read(connection, HOUSE, cell, lead_id)
    if record is None:
        raise CommandError(f"there is no lead {name!r}; see: outbid leads list")
    if record.wrapped is None:
        raise CommandError("the person behind the lead was erased: nothing personal can be read any more")
    await note_look(connection, record, "traffic", reason)
    market = compile_market(*await markets.load(connection, record.version), Registry(), lenient=True)
    sealed = await leads.traffic(connection, HOUSE, cell, lead_id)
    calls = traffic_of(vault, record, sealed)
    if not calls:
        return f"Of lead {public(LEAD, cell, lead_id)} no traffic is kept: nobody was asked, or its days are over."
    return "\n\n".join(_told(call, market, market.campaigns[record.campaign]) for call in calls)


def _told(call: Said, market: Market, campaign: Campaign) -> str:
    row = call.row
    at = datetime.fromtimestamp(row.at_ms / 1000, UTC)
    if row.step == "enrich":
        whom = campaign.enrichers[row.offer].name
    else:
        whom = f"{market.name('buyer', market.offers[row.offer].buyer)} ({market.name('offer', row.offer)})"
    sale = f"  sale {row.sale}" if row.sale else ""
    lines = [
        f"── {row.step} to {whom}  {at:%H:%M:%S.%f}"[:-3] + f" UTC{sale}",
        f"> {call.head.method} {call.head.url}",
        *(f"> {name}: {value}" for name, value in call.head.headers),
        *_body("> ", call.body, row.body_bytes),
    ]
    if row.status:
        lines.append(f"< {row.status}  after {row.ms} ms")
        lines += [f"< {name}: {value}" for name, value in call.answer_headers]
        lines += _body("< ", call.answered, row.answered_bytes)
    else:
        sent = "some of it may have left" if row.sent else "nothing was sent"
        lines.append(f"< no answer after {row.ms} ms: {row.reason}, {sent}. {row.detail}".rstrip())
    return "\n".join(lines)


def _body(mark: str, body: bytes, whole_bytes: int) -> list[str]:
    """A body as lines, JSON indented; no control character of a buyer's reaches the terminal."""
    if not whole_bytes:
        return []
    text = body.decode("utf-8", "replace")
    with contextlib.suppress(ValueError, RecursionError):
        text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    lines = [mark + "".join(c if c.isprintable() else "\ufffd" for c in line) for line in text.splitlines()]
    if len(body) < whole_bytes:
        lines.append(f"{mark}… cut: {whole_bytes} bytes in all")
    return [mark.rstrip(), *lines]
