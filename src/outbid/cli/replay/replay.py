"""`outbid leads replay`: every decision about leads taken again, at the versions that they pinned."""

import argparse
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import msgspec

from outbid.cli.database import Database
from outbid.cli.fault import CommandError
from outbid.cli.leads import market_of, read_lead
from outbid.core.ids import LEAD, first_of, public
from outbid.core.market.snapshot import Market
from outbid.core.replay.replay import Difference, replay
from outbid.core.route import Plan
from outbid.core.scope import HOUSE
from outbid.recent import Recent
from outbid.settings import read_settings
from outbid.store import leads
from outbid.store.leads import Record

PAGE = 500
MARKETS_KEPT = 8


def repeat(given: argparse.Namespace) -> int:
    """Replay the leads that are named, or the newest closed ones. Exit code 1 if a decision does not repeat."""
    if given.most < 1:
        raise CommandError("--most is at least 1")
    since = bytes(16) if given.since is None else first_of(_instant_ms(given.since))
    with Database(read_settings()) as database:
        database.migrate()
        return database.use(lambda connection: _Replays(connection).run(given.lead, since, given.most))


class _Replays:
    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._markets: Recent[int, Market] = Recent(MARKETS_KEPT)

    async def run(self, names: list[str], since: bytes, most: int) -> int:
        """Print each difference as it is found, and the count; the exit code."""
        replayed = events = differing = 0
        async for record in self._named(names) if names else self._newest(since, most):
            found = await self._replay(record)
            replayed += 1
            events += sum(len(chapter.events) for chapter in record.chapters)
            differing += bool(found)
            for difference in found:
                print(_sentence(public(LEAD, record.cell, record.id), difference))
        what = "1 lead" if replayed == 1 else f"{replayed} leads"
        told = f"{differing} of them differ" if differing else "every decision repeats"
        print(f"{what} replayed, {events} events: {told}." if replayed else "There is no closed lead to replay.")
        return 1 if differing else 0

    async def _named(self, names: list[str]) -> AsyncIterator[Record]:
        for name in names:
            yield await read_lead(self._connection, name)

    async def _newest(self, since: bytes, most: int) -> AsyncIterator[Record]:
        before = b"\xff" * 16
        while most > 0:
            page = await leads.whole(self._connection, HOUSE, 0, since, before, min(PAGE, most))
            for record in page:
                yield record
            if len(page) < min(PAGE, most):
                return
            most, before = most - len(page), page[-1].id

    async def _replay(self, record: Record) -> list[Difference]:
        market = self._markets.get(record.version)
        if market is None:
            market = await market_of(self._connection, record.version)
            self._markets.put(record.version, market)
        plan = Plan(market.campaigns[record.campaign], market.sources[record.source])
        events = [event for chapter in record.chapters for event in chapter.events]
        return replay(plan, msgspec.json.decode(record.facts), events, test=record.test)


def _sentence(lead: str, difference: Difference) -> str:
    return (
        f"{lead}, event {difference.event} ({difference.type}): recorded {difference.recorded!r}, "
        f"decided now {difference.now!r}"
    )


def _instant_ms(text: str) -> int:
    """An instant as people write it; in UTC unless it names another zone. Raises CommandError."""
    try:
        at = datetime.fromisoformat(text)
        return max(0, int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000))
    except (ValueError, OverflowError):
        raise CommandError(
            f"--since is a day or an instant, such as 2026-01-31 or 2026-01-31T12:00:00Z, not {text!r}"
        ) from None
