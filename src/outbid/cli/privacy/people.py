"""`outbid people`: the leads of a person, found by phone or e-mail: who was shown what of them, and their erasure."""

import argparse
from datetime import UTC, date, datetime
from typing import Any

import msgspec

from outbid.cli.database import Database
from outbid.cli.fault import CommandError
from outbid.cli.privacy.looking import note_person
from outbid.cli.privacy.requests import mark_done, persons_of
from outbid.cli.shown.table import print_table
from outbid.core.ids import LEAD, public
from outbid.core.lead.exposure import exposure, personal_of
from outbid.core.market.compile import compile_market
from outbid.core.market.snapshot import Market
from outbid.core.route import Plan
from outbid.core.scope import HOUSE
from outbid.exchange.clock import Clock
from outbid.exchange.uploads.forgetting import erase as erase_leads
from outbid.plugins.registry import Registry
from outbid.settings import read_settings
from outbid.store import leads
from outbid.store import market as markets
from outbid.store.people import persons, suppressions
from outbid.store.vault import Vault

FIELDS = ("phone", "email")
_ANY_DAY = date(2000, 1, 1)
_Line = tuple[str, str, str, str, str, str]


def show_exposure(given: argparse.Namespace) -> int:
    """Everybody who was shown something of a person, lead by lead; after an erasure too."""
    settings = read_settings()
    with Database(settings) as database:
        database.migrate()
        hashes = _hashes(database.vault(), given)
        lines = database.use(lambda connection: _exposures(connection, hashes))
    print_table(("lead", "at (UTC)", "shown to", "step", "personal fields", "other fields"), lines)
    return 0


def erase(given: argparse.Namespace) -> int:
    """Destroy the keys of a person's leads."""
    settings = read_settings()
    with Database(settings) as database:
        database.migrate()
        vault = database.vault()
        hashes = database.use(lambda connection: _meant(connection, vault, given))
        if given.do_not_contact:
            database.use(lambda connection: _suppress(connection, hashes))
        found, erased = database.use(lambda connection: _erase(connection, vault, hashes, given.request))
    waiting = [lead for lead in found if not lead.erased and not lead.settled]
    before = sum(lead.erased for lead in found)
    leads_found = "1 lead" if len(found) == 1 else f"{len(found)} leads"
    print(f"{leads_found} of this person: {erased} erased now, {before} before, {len(waiting)} not yet.")
    for lead in waiting:
        print(f"  {public(LEAD, lead.cell, lead.id)} is open or has an uncertain sale: settle it, then erase again")
    return 1 if waiting else 0


def _hashes(vault: Vault, given: argparse.Namespace) -> list[bytes]:
    """The keyed hashes of the phone and e-mail that were given, read as leads' fields are. Raises CommandError."""
    registry = Registry()
    hashes = []
    for name in FIELDS:
        text = getattr(given, name)
        if text is None:
            continue
        plugin = registry.get("fields", name)
        value = plugin.read(text, plugin.Settings(), _ANY_DAY)
        if value.value is None:
            raise CommandError(f"--{name}: {plugin.REASONS[value.fault].sentence if value.fault else 'it is empty'}")
        hashes.append(vault.person(name, str(value.value)))
    if not hashes:
        raise CommandError("say who is meant: --phone or --email, or both")
    return hashes


async def _meant(connection: Any, vault: Vault, given: argparse.Namespace) -> list[bytes]:
    """Whose leads are erased: the person of a request, or of a phone and an e-mail. Raises CommandError."""
    if given.request is None:
        return _hashes(vault, given)
    if given.phone or given.email:
        raise CommandError("say who is meant: --request, or --phone and --email")
    return await persons_of(connection, given.request)


async def _erase(
    connection: Any, vault: Vault, hashes: list[bytes], request: str | None
) -> tuple[list[persons.Lead], int]:
    async with connection.transaction():
        await persons.one_at_a_time(connection)
        found = await persons.leads_of(connection, HOUSE, hashes)
        # What is open or uncertain is needed still: without its key nobody could finish or settle it.
        ready = [lead for lead in found if lead.settled and not lead.erased]
        if ready or not found:
            await note_person(connection, ready, "erased", "outbid people erase")
        erased = await erase_leads(connection, vault, ready)
        if request is not None and all(lead.settled for lead in found):
            await mark_done(connection, request, len(found))
    return found, erased


async def _suppress(connection: Any, hashes: list[bytes]) -> None:
    """Keep who is erased from being sold again: his keyed hashes stay, on the house's list."""
    await suppressions.add(connection, suppressions.HOUSE_LIST, hashes, Clock().now_ms(), None)


async def _exposures(connection: Any, hashes: list[bytes]) -> list[_Line]:
    lines: list[_Line] = []
    known: dict[int, Market] = {}
    found = await persons.leads_of(connection, HOUSE, hashes)
    await note_person(connection, found, "found", "outbid people exposure")
    for lead in found:
        record = await leads.read(connection, HOUSE, lead.cell, lead.id)
        if record is None:
            continue
        if record.version not in known:
            nouns = await markets.load(connection, record.version)
            known[record.version] = compile_market(*nouns, Registry(), lenient=True)
        lines += _lines(record, known[record.version])
    return lines


def _lines(record: leads.Record, market: Market) -> list[_Line]:
    campaign = market.campaigns[record.campaign]
    plan = Plan(campaign, market.sources[record.source])
    events = [event for chapter in record.chapters for event in chapter.events]
    lines = []
    for each in exposure(plan, msgspec.json.decode(record.facts), events):
        personal = personal_of(campaign, each.fields)
        lines.append(
            (
                public(LEAD, record.cell, record.id),
                datetime.fromtimestamp(each.at_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S"),
                f"enricher {each.enricher}" if each.enricher else market.name("buyer", each.buyer),
                f"{each.step}, possibly" if each.possibly else each.step,
                " ".join(personal),
                " ".join(name for name in each.fields if name not in personal),
            )
        )
    return lines
