"""`outbid leads`: list them, explain one in plain words, settle an uncertain sale."""

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from outbid.cli.database import Database
from outbid.cli.fault import CommandError
from outbid.cli.privacy.looking import note_look
from outbid.cli.shown.explain import Explained, explain_lead
from outbid.cli.shown.table import print_table
from outbid.core.dialect.reference import Words
from outbid.core.ids import LEAD, SALE, parse, public, uuid7
from outbid.core.lead.state import State, fold_all
from outbid.core.market.compile import compile_market
from outbid.core.market.snapshot import Market
from outbid.core.money import text_of
from outbid.core.scope import HOUSE
from outbid.exchange.clock import Clock, noise_source
from outbid.plugins.registry import Registry
from outbid.settings import read_settings
from outbid.store import jobs, leads
from outbid.store import market as markets
from outbid.store.vault import Vault

SHORT = 6


def list_leads(given: argparse.Namespace) -> int:
    """The newest leads as a table."""
    if given.most < 1:
        raise CommandError("--most is at least 1")
    with Database(read_settings()) as database:
        database.migrate()
        lines = database.use(lambda c: leads.newest(c, HOUSE, 0, given.most, given.status, test=given.test))
        names = database.use(_names)
    print_table(
        ("lead", "arrived (UTC)", "source", "status", "price", "payout", "reason"),
        [
            (
                public(LEAD, line.cell, line.id),
                datetime.fromtimestamp(line.arrived_at_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S"),
                names.get(("source", line.source), str(line.source)),
                line.status,
                "" if line.price_micros is None else text_of(line.price_micros),
                "" if line.payout_micros is None else text_of(line.payout_micros),
                line.reason,
            )
            for line in lines
        ],
    )
    return 0


async def _names(connection: Any) -> dict[tuple[str, int], str]:
    _, nouns = await markets.load(connection)
    return {(kind, number): slug for kind, rows in nouns.items() for slug, (number, _) in rows.items()}


def show(given: argparse.Namespace) -> int:
    """Everything that is known of one lead."""
    settings = read_settings()
    with Database(settings) as database:
        database.migrate()
        vault = database.vault()
        reason = given.reason if given.personal else None
        explained = database.use(lambda connection: _explain(connection, vault, given.lead, reason))
    print(explained.text)
    return 0


async def _explain(connection: Any, vault: Vault, name: str, reason: str | None) -> Explained:
    """Explain a lead; with its personal fields where there is a reason, which is put on record."""
    record = await read_lead(connection, name)
    if reason is not None:
        await note_look(connection, record, "fields", reason)
    market = await market_of(connection, record.version)
    moved = await leads.transfers(connection, HOUSE, record.cell, record.id)
    return explain_lead(record, market, vault, moved, reason is not None)


async def read_lead(connection: Any, name: str) -> leads.Record:
    """A whole lead by its id or the end of it. Raises CommandError."""
    record = await leads.read(connection, HOUSE, *await find_lead(connection, name))
    if record is None:
        raise CommandError(f"there is no lead {name!r}; see: outbid leads list")
    return record


async def market_of(connection: Any, version: int | None = None, words: Words | None = None) -> Market:
    """The market at a version, ready to decide; the newest if none is given. `words` stand for its secrets."""
    number, nouns = await markets.load(connection, version)
    return compile_market(number, nouns, Registry(), words or {}, lenient=True)


async def find_lead(connection: Any, name: str) -> tuple[int, bytes]:
    """A lead by its id, or by the end of it if that is unique."""
    try:
        return parse(LEAD, name.lower())
    except ValueError as error:
        if len(name) < SHORT or (name.startswith(LEAD) and len(name) > 20):
            raise CommandError(f"{error}; or give at least its last {SHORT} characters") from None
    ending = name.lower().removeprefix("…")
    lines = await leads.newest(connection, HOUSE, 0, 100_000)
    found = [line for line in lines if public(LEAD, line.cell, line.id).endswith(ending)]
    if len(found) != 1:
        raise CommandError(f"{len(found)} of the newest leads end with {name!r}; give the whole id")
    return found[0].cell, found[0].id


def review(given: argparse.Namespace) -> int:
    """Put the verdict on a lead that is held for review; an exchange process carries it out."""

    async def put(connection: Any) -> None:
        cell, lead_id = await find_lead(connection, given.lead)
        record = await leads.read(connection, HOUSE, cell, lead_id)
        if record is None:
            raise CommandError(f"there is no lead {given.lead!r}; see: outbid leads list")
        if record.status != "review":
            raise CommandError(f"this lead is not held for review, it is {record.status}")
        now_ms, noise = Clock().now_ms(), noise_source()
        if not await jobs.put_review(connection, cell, lead_id, given.outcome, "operator", now_ms, noise):
            raise CommandError("a verdict on this lead is on its way already")

    with Database(read_settings()) as database:
        database.migrate()
        database.use(put)
    print("The verdict is noted; an exchange process carries it out at once, or when the next one starts.")
    return 0


def settle(given: argparse.Namespace) -> int:
    """Put the verdict on uncertain sales, one or a file of them; exchange processes carry them out."""
    if (given.file is None) == (given.sale is None) or (given.sale is None) != (given.outcome is None):
        raise CommandError("name a sale and how it ended, or a file: outbid leads settle --file FILE")
    verdicts = [(given.sale, given.outcome)] if given.file is None else _verdicts(Path(given.file))
    faults: list[str] = []

    async def put(connection: Any) -> None:
        for sale, outcome in verdicts:
            try:
                await _put_verdict(connection, sale, outcome)
            except CommandError as fault:
                if given.file is None:
                    raise
                faults.append(f"{sale}: {fault}")

    with Database(read_settings()) as database:
        database.migrate()
        database.use(put)
    if given.file is None:
        print("The verdict is noted; an exchange process carries it out at once, or when the next one starts.")
        return 0
    print(f"{len(verdicts) - len(faults)} of {len(verdicts)} verdicts are noted.")
    for fault in faults:
        print(f"not noted: {fault}")
    return 1 if faults else 0


def _verdicts(file: Path) -> list[tuple[str, str]]:
    """The lines of a file as (sale, outcome). Raises CommandError with all lines that cannot be read."""
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"the file cannot be read: {error}") from None
    found, faults = [], []
    for number, line in enumerate(lines, 1):
        sale, _, outcome = (part.strip().lower() for part in line.partition(","))
        if not sale or (number == 1 and not sale.startswith(SALE)):
            continue
        if outcome not in ("sold", "rejected"):
            faults.append(f"line {number}: write SALE,sold or SALE,rejected, not {line.strip()!r}")
        found.append((sale, outcome))
    if faults:
        raise CommandError("; ".join(faults[:20]))
    return found


async def _put_verdict(connection: Any, name: str, outcome: str) -> None:
    sale = name.lower()
    try:
        found = await leads.lead_of_sale(connection, HOUSE, sale)
    except ValueError as error:
        raise CommandError(str(error)) from None
    if found is None:
        raise CommandError(f"there is no sale {name!r}")
    record = await leads.read(connection, HOUSE, *found)
    state = fold_all([event for chapter in record.chapters for event in chapter.events]) if record else State()
    status = next((known.status for known in state.sales if known.id == sale), "unknown")
    if status != "uncertain":
        raise CommandError(f"this sale is not uncertain, it is {status}: there is nothing to settle")
    now_ms, noise = Clock().now_ms(), noise_source()
    payload = {"lead": found[1].hex(), "sale": sale, "outcome": outcome, "by": "operator"}
    made = await jobs.put(connection, found[0], uuid7(now_ms, noise(10)), "settle", payload, now_ms, f"settle {sale}")
    if not made:
        raise CommandError("a verdict on this sale is on its way already")
