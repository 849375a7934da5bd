"""The one way in which the API changes the market: read, check, compile, write, as `outbid apply` does."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from outbid.api.door.asking import Asker
from outbid.api.door.desk import Desk
from outbid.api.door.refusal import Refused
from outbid.api.door.rights import roles_with
from outbid.api.said.faults import error_at
from outbid.core.answer import Error
from outbid.core.market.compile import compile_market
from outbid.core.market.noun import Noun
from outbid.core.market.private_targets import NAME, granted
from outbid.core.market.problem import MarketError, Path, Problem
from outbid.core.market.snapshot import Market
from outbid.core.scope import HOUSE
from outbid.store import market as markets
from outbid.store.database import Connection
from outbid.store.sealed import secrets

TRIES = 5
Nouns = dict[str, Noun]
Places = Mapping[tuple[str, str], Path]
"""Where the nouns of a request stand in its body."""
Edit = Callable[[Connection, int, markets.Nouns], Awaitable[dict[str, Nouns]]]
"""What the market should be, by the kinds that change, from the connection, the version and what it is now."""


class Written(msgspec.Struct, frozen=True):
    """What a change came to: the market's version after it, and what it changes."""

    version: int
    changes: list[markets.Difference]


class _Undone(Exception):
    """Ends the transaction of a change that is only checked: the numbers given to new nouns are given back."""

    def __init__(self, written: Written) -> None:
        super().__init__()
        self.written = written


async def change(
    desk: Desk, asker: Asker, note: str, edit: Edit, places: Places, *, only_check: bool = False
) -> Written:
    """Make a change the next version; nothing to change makes none. Raises Refused with everything that is wrong.

    The market is compiled before the lock is taken, since leads wait for the lock. Whoever was overtaken meanwhile
    begins again with what the market is then.
    """
    for _ in range(TRIES):
        try:
            async with desk.database() as connection, connection.transaction():
                written, market = await _once(desk, connection, (asker, note), edit, places, only_check)
            if market is not None:
                await desk.learn(market)
            return written
        except markets.Stale:
            continue
        except _Undone as undone:
            return undone.written
        except MarketError as error:
            raise Refused("market_faulty", errors=tuple(_located(p, places) for p in error.problems)) from None
    raise Refused("market_moved")


async def _once(
    desk: Desk, connection: Connection, asker_and_note: tuple[Asker, str], edit: Edit, places: Places, only_check: bool
) -> tuple[Written, Market | None]:
    base = desk.exchange.market
    asker, note = asker_and_note
    version, nouns = await markets.load(connection, known=(base.version, base.nouns))
    wanted = await edit(connection, version, nouns)
    changes = markets.differences(nouns, wanted)
    if not changes:
        return Written(version, []), None
    _check_targets(asker, changes, places)
    numbered = await markets.assign_numbers(connection, nouns, wanted)
    words = await secrets.values(connection, HOUSE, desk.exchange.vault)
    market = await asyncio.to_thread(compile_market, version + 1, numbered, desk.plugins, words, before=base)
    if only_check:
        raise _Undone(Written(version, changes))
    limits = await asyncio.to_thread(market.every_limit, base)
    number = await markets.write(connection, version, changes, numbered, limits, asker.by, note)
    return Written(number, changes), market


def _check_targets(asker: Asker, changes: list[markets.Difference], places: Places) -> None:
    """Raise Refused for whoever lets the exchange reach private addresses and may not."""
    if "grant_private_targets" in asker.rights:
        return
    errors = [
        error_at((*places.get((row.kind, row.slug), ()), NAME), "role_not_allowed", f"{row.kind} {row.slug}: {target}")
        for row in changes
        for target in granted(row.before, row.after)
    ]
    if errors:
        detail = f"a private address is reached only if the role {roles_with('grant_private_targets')} allows it"
        raise Refused("role_not_allowed", detail, errors=tuple(errors))


async def imagined(desk: Desk, kind: str, slug: str, **changes: Any) -> Market:
    """The market as it is, but for some settings of one noun; nothing is written. Raises Refused with every fault."""
    base = desk.exchange.market
    number, noun = base.nouns[kind][slug]
    rows = {**base.nouns, kind: {**base.nouns[kind], slug: (number, replace(noun, **changes))}}
    async with desk.database() as connection:
        words = await secrets.values(connection, HOUSE, desk.exchange.vault)
    try:
        return await asyncio.to_thread(compile_market, base.version + 1, rows, desk.plugins, words, before=base)
    except MarketError as error:
        raise Refused("market_faulty", errors=tuple(_located(p, {(kind, slug): ()}) for p in error.problems)) from None


def present(nouns: markets.Nouns, kind: str) -> dict[str, Any]:
    """The nouns of a kind by slug, without their numbers."""
    return {slug: noun for slug, (_, noun) in nouns[kind].items()}


def _located(problem: Problem, places: Places) -> Error:
    """A problem as an error of the body; of a noun that does not stand in the body, as a sentence that names it."""
    place = places.get((problem.kind, problem.slug))
    if place is not None:
        return error_at((*place, *problem.path), "setting_faulty", problem.sentence)
    where = "".join(f"/{part}" for part in problem.path)
    return error_at((), "setting_faulty", f"{problem.kind} {problem.slug!r} {where}: {problem.sentence}")
