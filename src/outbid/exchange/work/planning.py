"""A planned change at its time: made as a person would make it, unless what it changes was changed meanwhile."""

import asyncio

import msgspec

from outbid.core.market.compile import compile_market
from outbid.core.market.noun import KINDS, Noun
from outbid.core.market.problem import MarketError
from outbid.core.market.snapshot import Market
from outbid.core.scope import HOUSE
from outbid.plugins.registry import Registry
from outbid.store import market as markets
from outbid.store.ahead import planned
from outbid.store.database import Connection
from outbid.store.sealed import secrets
from outbid.store.vault import Vault

TRIES = 5


class _CannotBe(Exception):
    """The change cannot be made. The message is a sentence for the operator."""


async def make(connection: Connection, vault: Vault, known: Market, identifier: bytes) -> None:
    """Make a planned change; one that cannot be is marked so, with the reason. Nothing to do if it is planned no more.

    The version and the mark are one transaction: whoever does this again after a crash finds it done.
    """
    for _ in range(TRIES):
        try:
            async with connection.transaction():
                if await planned.take(connection, identifier):
                    await _make(connection, vault, known, identifier)
            return
        except markets.Stale:
            continue
        except (_CannotBe, MarketError) as error:
            await planned.end(connection, identifier, "failed", error=str(error))
            return
    await planned.end(connection, identifier, "failed", error="the market was changed again and again meanwhile")


async def _make(connection: Connection, vault: Vault, known: Market, identifier: bytes) -> None:
    (change,) = await planned.read(connection, HOUSE, identifier)
    version, nouns = await markets.load(connection, None, (known.version, known.nouns))
    wanted = await _wanted(connection, change, version, nouns)
    changes = markets.differences(nouns, wanted)
    if changes:
        numbered = await markets.assign_numbers(connection, nouns, wanted)
        words = await secrets.values(connection, HOUSE, vault)
        market = await asyncio.to_thread(compile_market, version + 1, numbered, Registry(), words, before=known)
        limits = await asyncio.to_thread(market.every_limit, known)
        version = await markets.write(connection, version, changes, numbered, limits, change.by, change.note)
    await planned.end(connection, identifier, "made", version=version)


async def _wanted(
    connection: Connection, change: planned.Row, version: int, nouns: markets.Nouns
) -> dict[str, dict[str, Noun]]:
    """The kinds that change, as they should be. Raises _CannotBe if a noun that changes was changed since its base."""
    _, then = await markets.load(connection, change.base, (version, nouns))
    moved = [side for side in change.sides if _of(then, side) != _of(nouns, side)]
    if moved:
        names = ", ".join(f"{side.kind} {side.slug}" for side in moved)
        raise _CannotBe(f"changed since version {change.base}, on which the plan was based: {names}")
    wanted: dict[str, dict[str, Noun]] = {}
    for side in change.sides:
        found = wanted.setdefault(side.kind, {slug: noun for slug, (_, noun) in nouns[side.kind].items()})
        if side.after is None:
            found.pop(side.slug, None)
        else:
            found[side.slug] = msgspec.convert(side.after, KINDS[side.kind])
    return wanted


def _of(nouns: markets.Nouns, side: planned.Side) -> Noun | None:
    found = nouns[side.kind].get(side.slug)
    return None if found is None else found[1]
