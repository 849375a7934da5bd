"""`outbid apply` and `outbid export`: the market as a file."""

import argparse
import getpass
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from outbid.api.said.instants import ms_of, utc
from outbid.cli.database import Database
from outbid.cli.fault import CommandError
from outbid.cli.shown.document import (
    SECTIONS,
    Document,
    DocumentError,
    Fault,
    plain_yaml,
    read_document,
    write_document,
)
from outbid.core.dialect.reference import Words
from outbid.core.dialect.secrets import MARK
from outbid.core.ids import uuid7
from outbid.core.market.compile import compile_market
from outbid.core.market.noun import Noun
from outbid.core.market.preset import Blank, Unfilled, Way, filled
from outbid.core.market.problem import MarketError
from outbid.core.market.snapshot import Market
from outbid.core.market.taken_over import EMPTY
from outbid.core.market.vertical import campaign_of
from outbid.core.scope import HOUSE
from outbid.exchange.clock import Clock, noise_source
from outbid.plugins import presets, verticals
from outbid.plugins.registry import Registry
from outbid.settings import read_settings
from outbid.store import jobs
from outbid.store import market as markets
from outbid.store.ahead import planned as planned_changes
from outbid.store.sealed import secrets

CELL = 0


def apply(given: argparse.Namespace) -> int:
    """Show what a file changes, and make it so."""
    name = "standard input" if given.file == "-" else given.file
    document = read_file(given.file, name)
    with Database(read_settings()) as database:
        database.migrate()
        changes = database.use(lambda connection: _plan(connection, document, name))
        print(told_difference(changes))
        if given.dry_run or not changes:
            return 0
        gone = [change for change in changes if change.after is None]
        if gone and not given.yes and not agreed(len(gone)):
            return 1
        if given.at is not None:
            base = database.use(markets.version_now)
            starts_at_ms = _instant_ms(given.at)
            database.use(lambda connection: _put(connection, changes, base, given.note, starts_at_ms))
            print(f"It is planned for {utc(starts_at_ms)}; based on version {base}.")
            return 0
        version = database.use(lambda connection: apply_nouns(connection, document.nouns, given.note, document, name))
    print(f"The market is at version {version} now.")
    return 0


def read_file(file: str, name: str) -> Document:
    """The market in a file, or in standard input. Raises CommandError with every fault."""
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
        return read_document(text)
    except OSError as error:
        raise CommandError(f"{name} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise CommandError(f"{name} is not UTF-8: {error.reason} at byte {error.start}") from None
    except DocumentError as error:
        raise CommandError(_told(name, error.faults)) from None


def _told(name: str, faults: list[Fault]) -> str:
    faults = sorted(faults, key=lambda fault: (fault.line, fault.column))
    lines = [f"{name}:{fault.line}:{fault.column}: {fault.sentence}" for fault in faults]
    count = "one fault" if len(lines) == 1 else f"{len(lines)} faults"
    return f"the market was not changed; {count}:\n  " + "\n  ".join(lines)


async def _plan(connection: Any, document: Document, name: str) -> list[markets.Difference]:
    """What would change. Raises CommandError if the market cannot be so."""
    _, nouns = await markets.load(connection)
    await planned(connection, document, name)
    return markets.differences(nouns, document.nouns)


async def planned(connection: Any, document: Document, name: str, before: Market = EMPTY) -> Market:
    """The market as a file would make it. The numbers that new nouns would get are given back.

    `before`: a version of which is taken over what does not change.
    """
    version, nouns = await markets.load(connection)
    transaction = connection.transaction()
    await transaction.start()
    try:
        numbered = await markets.assign_numbers(connection, nouns, document.nouns)
        return compiled(version + 1, numbered, await stand_ins(connection), document, name, before)
    finally:
        await transaction.rollback()


async def stand_ins(connection: Any) -> dict[str, str]:
    """Something in the place of each secret: whether a market can be is known without their values."""
    return dict.fromkeys(await secrets.names(connection, HOUSE), MARK)


def compiled(
    version: int,
    numbered: markets.Nouns,
    words: Words,
    document: Document | None = None,
    name: str = "",
    before: Market = EMPTY,
) -> Market:
    """The market compiled. Raises CommandError with every fault, located in the file if there is one."""
    try:
        return compile_market(version, numbered, Registry(), words, before=before)
    except MarketError as error:
        if document is None:
            raise CommandError(str(error)) from None
        raise CommandError(_told(name, [document.locate(problem) for problem in error.problems])) from None


async def apply_nouns(
    connection: Any, wanted: dict[str, dict[str, Noun]], note: str, document: Document | None = None, name: str = ""
) -> int:
    """Make nouns the market in one transaction; returns the version, the old one if nothing changes."""
    async with connection.transaction():
        version, nouns = await markets.load(connection)
        changes = markets.differences(nouns, wanted)
        if not changes:
            return version
        numbered = await markets.assign_numbers(connection, nouns, wanted)
        market = compiled(version + 1, numbered, await stand_ins(connection), document, name)
        try:
            return await markets.write(connection, version, changes, numbered, market.every_limit(), person(), note)
        except markets.Stale as error:
            raise CommandError(str(error)) from None


async def _put(connection: Any, changes: list[markets.Difference], base: int, note: str, starts_at_ms: int) -> None:
    """Plan a change for a time."""
    now_ms, noise = Clock().now_ms(), noise_source()
    if starts_at_ms <= now_ms:
        raise CommandError("--at is an instant that is still to come")
    identifier, job = uuid7(now_ms, noise(10)), uuid7(now_ms, noise(10))
    sides = [planned_changes.Side(row.kind, row.slug, row.after) for row in changes]
    async with connection.transaction():
        times = now_ms, starts_at_ms
        await planned_changes.put(connection, identifier, (person(), note), times, base, sides)
        payload, key = {"planned_change": identifier.hex()}, planned_changes.job_key(identifier)
        await jobs.put(connection, CELL, job, "planned_change", payload, starts_at_ms, key)


def _instant_ms(text: str) -> int:
    """An instant with its zone. Raises CommandError."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise CommandError(f"--at is an instant with its zone, such as 2026-01-31T12:00:00Z, not {text!r}")
    return ms_of(at)


def person() -> str:
    """Who gives the command, as the machine knows him."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def agreed(count: int) -> bool:
    """Does whoever gives the command mean it that so many nouns go? Raises CommandError where nobody can be asked."""
    told = "1 noun" if count == 1 else f"{count} nouns"
    if not sys.stdin.isatty():
        raise CommandError(f"{told} would go; say --yes if that is meant")
    goes = "goes" if count == 1 else "go"
    return input(f"{told} {goes}. Make it so? [y/N] ").strip().lower() in ("y", "yes")


def told_difference(changes: list[markets.Difference]) -> str:
    """What changes, a line for each noun and each of its settings."""
    if not changes:
        return "Nothing changes: the market is already so."
    lines: list[str] = []
    for change in changes:
        if change.before is None:
            lines.append(f"+ {change.kind} {change.slug}")
        elif change.after is None:
            lines.append(f"- {change.kind} {change.slug}")
        else:
            lines.append(f"~ {change.kind} {change.slug}")
            lines += _changed(change.before, change.after)
    return "\n".join(lines)


def _changed(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return [
        f"    {key}: {short(before.get(key))} → {short(after.get(key))}"
        for key in dict.fromkeys((*before, *after))
        if before.get(key) != after.get(key)
    ]


def short(value: Any) -> str:
    """A setting on one line."""
    text = "nothing" if value is None else msgspec.json.encode(value).decode()
    return text if len(text) <= 160 else text[:157] + "…"


def export(given: argparse.Namespace) -> int:
    """Write the market to standard output."""
    with Database(read_settings()) as database:
        database.migrate()
        newest = database.use(markets.version_now)
        if given.at is not None and not 0 <= given.at <= newest:
            raise CommandError(f"there is no version {given.at}; the newest is {newest}")
        version, nouns = database.use(lambda connection: markets.load(connection, given.at))
    found = {kind: [noun for _, noun in nouns[kind].values()] for kind in SECTIONS.values()}
    print(f"# The market at version {version}.")
    print(write_document(found), end="")
    return 0


def vertical(given: argparse.Namespace) -> int:
    """List kinds of leads, or write a campaign for one."""
    if not given.name:
        for name in verticals.names():
            print(f"{name:20} {verticals.vertical(name).about}")
        return 0
    try:
        found = verticals.vertical(given.name)
    except KeyError as error:
        raise CommandError(error.args[0]) from None
    print(f"# {found.title}: {found.about}")
    print(write_document({"campaign": [campaign_of(found, given.slug or given.name)]}), end="")
    return 0


def preset(given: argparse.Namespace) -> int:
    """List platforms, show one with its blanks, or write what comes of one that is filled in."""
    if not given.name:
        for name in presets.names():
            print(f"{name:20} {presets.preset(name).about}")
        return 0
    try:
        found = presets.preset(given.name)
    except KeyError as error:
        raise CommandError(error.args[0]) from None
    ways = {"delivery": found.delivery, "intake": found.intake}
    if given.way is None:
        print(f"# {found.title}: {found.about}\n# Not covered: {found.not_covered}")
        print("".join(f"\n{_shown(name, way)}" for name, way in ways.items()), end="")
        return 0
    fields = given.fields.split(",") if given.fields else None
    try:
        use = filled(ways[given.way], _set(given.set), presets.tongue, fields)
    except Unfilled as error:
        raise CommandError("\n".join(f"{f.blank}: {f.sentence}. {f.fix}" for f in error.faults)) from None
    print(plain_yaml({given.way: {"plugin": use.plugin, "settings": use.settings}}), end="")
    return 0


def _shown(name: str, way: Way) -> str:
    """A way of a preset, with its blanks in front."""
    blanks = "".join(f"#   {_of_blank(blank)}\n" for blank in way.blanks) or "#   none\n"
    return f"# {way.about}\n# Blanks:\n{blanks}" + plain_yaml({name: {"plugin": way.plugin, "settings": way.settings}})


def _of_blank(blank: Blank) -> str:
    kind = ", ".join(blank.options) if blank.options else blank.kind
    default = "" if blank.otherwise is None else f"; {blank.otherwise} unless it is set"
    return f"{blank.name} ({kind}{default}): {blank.about}, such as {blank.example}"


def _set(pairs: list[str]) -> dict[str, str]:
    """What stands behind every --set."""
    found: dict[str, str] = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign or name in found:
            raise CommandError(f"--set {pair}: write KEY=VALUE" if not sign else f"--set {name} stands twice")
        found[name] = value
    return found
