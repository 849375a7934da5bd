"""`outbid verify`: is the log what was sealed, and do the books say what it says?"""

import argparse
import sys
from pathlib import Path
from typing import Any

import msgspec

from outbid.api.said.instants import utc
from outbid.cli.database import Database
from outbid.cli.fault import CommandError
from outbid.core.ids import LEAD, public
from outbid.core.scope import HOUSE
from outbid.core.seal.chain import Break, told
from outbid.exchange.clock import Clock
from outbid.settings import read_settings
from outbid.store.chain.walk import Head, Report, Walk


class Heads(msgspec.Struct, frozen=True):
    """Where all lanes ended at a time (RFC 3339)."""

    at: str
    heads: list[Head]


def verify(given: argparse.Namespace) -> int:
    """Walk through the log and tell what is wrong with it. Exit code 1 if anything is."""
    kept = [] if given.since is None else _kept(Path(given.since)).heads
    at = utc(Clock().now_ms())
    with Database(read_settings()) as database:
        database.migrate()
        report = database.use(lambda connection: Walk(connection, HOUSE, 0, kept).run())
    if given.head:
        print(_json(Heads(at, report.heads)))
        _say_faults(report, sys.stderr)
    elif given.json:
        print(_json(_plain(report)))
    else:
        _say_faults(report, sys.stdout)
        print(_summary(report, len(kept)))
    return 1 if report.broken else 0


def _kept(path: Path) -> Heads:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Heads)
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}") from None
    except msgspec.MsgspecError as error:
        raise CommandError(f"{path} is not what `outbid verify --head` prints: {error}") from None


def _say_faults(report: Report, file: Any) -> None:
    for found in report.faults:
        print(_sentence(found), file=file)
    if report.broken > len(report.faults):
        print(f"… and {report.broken - len(report.faults)} more", file=file)


def _sentence(found: Break) -> str:
    where = [f"lane {found.lane}, batch {told(found.place)}"] if found.lane else []
    where += [f"lead {public(LEAD, 0, found.lead_id)}"] if found.lead_id else []
    return f"{', '.join(where)}: {found.what}"


def _summary(report: Report, kept: int) -> str:
    said = f"{report.chapters} chapters of {report.leads} leads in {report.lanes} lanes"
    if report.anchored:
        said += f", and {report.anchored} that were dropped"
    if kept:
        said += f"; {kept - report.dropped} of {kept} kept heads could be looked up"
    ending = "the log is what was sealed, and the books agree with it" if not report.broken else "NOT what was sealed"
    return f"{said}: {ending}."


def _plain(report: Report) -> dict[str, Any]:
    """A report for programs."""
    faults = [
        {
            "lane": found.lane,
            "batch": told(found.place),
            "lead": public(LEAD, 0, found.lead_id) if found.lead_id else None,
            "what": found.what,
        }
        for found in report.faults
    ]
    counted = {name: getattr(report, name) for name in ("leads", "chapters", "lanes", "anchored", "dropped", "broken")}
    return counted | {"faults": faults, "heads": report.heads}


def _json(value: Any) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=1).decode()
