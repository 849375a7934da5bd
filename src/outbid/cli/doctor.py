"""What a healthy installation looks like, checked thing by thing, with what to do where one is not."""

import os
import stat
import sys
from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from outbid.cli.database import Database
from outbid.cli.market import stand_ins
from outbid.core.dialect.reference import only_refers, reference
from outbid.core.dialect.sandbox import is_sandbox
from outbid.core.dialect.secrets import sounds_secret
from outbid.core.market.compile import compile_market
from outbid.core.market.problem import MarketError
from outbid.core.market.referring import places_of
from outbid.core.scope import HOUSE
from outbid.exchange.clock import noise_source
from outbid.master_key import is_copied, master_keys
from outbid.plugins.registry import Registry
from outbid.settings import Settings, SettingsError
from outbid.store import market as markets
from outbid.store.key_check import WrongKey
from outbid.store.money import ledger as ledgers
from outbid.store.sealed import rotating, secrets
from outbid.store.upkeep.health import examine as examine_database
from outbid.store.vault import Vault

MOST_NAMED = 5
"""Offers that a warning names one by one."""


class Finding(msgspec.Struct, frozen=True):
    """One check: did it pass, and what is to be known or done."""

    mark: Literal["ok  ", "warn", "FAIL"]
    sentence: str


def examine(settings: Settings) -> Iterator[Finding]:
    """All checks, cheapest first."""
    yield _python()
    yield _master_key(settings)
    try:
        with Database(settings) as database:
            applied = database.migrate()
            yield Finding("ok  ", f"the database answers; {len(applied)} migrations were applied just now")
            yield _key_fits(database)
            yield from _key_changes(database, settings)
            yield from database.use(_health)
            for check in (_market, _ledger):
                yield database.use(check)
            yield from _secrets(database, settings)
            yield from _sandboxes(database)
    except Exception as error:
        yield Finding("FAIL", f"the database cannot be used: {error}")


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding("ok  " if sys.version_info >= (3, 11) else "FAIL", f"Python {version}; 3.11 or newer is needed")


def _master_key(settings: Settings) -> Finding:
    try:
        master_keys(settings)
    except SettingsError as error:
        return Finding("FAIL", str(error))
    if settings.master_key is not None:
        return Finding("ok  ", "the master key comes from the environment")
    mode = stat.S_IMODE(os.stat(settings.master_key_file).st_mode)
    if mode & 0o077:
        return Finding("FAIL", f"others can read {settings.master_key_file}: chmod 600 it")
    if is_copied(settings):
        return Finding("ok  ", "there is a copy of the master key")
    return Finding(
        "warn",
        f"keep a copy of {settings.master_key_file} apart from backups: without it no personal field can be read;"
        " then show it: outbid keys confirm < COPY",
    )


def _key_fits(database: Database) -> Finding:
    try:
        database.vault()
    except WrongKey as error:
        return Finding("FAIL", str(error))
    return Finding("ok  ", "the master key is this database's")


def _key_changes(database: Database, settings: Settings) -> Iterator[Finding]:
    """A change of the master key that was begun and is not over."""
    how = database.use(lambda connection: rotating.standing(connection, HOUSE))
    keys = master_keys(settings)
    if how.next is not None:
        said = f"master key {how.next} is made and not in use: give it to every process, then outbid keys rotate"
        yield Finding("warn", said)
    elif how.before is not None:
        yield Finding("warn", f"rows of master key {how.before} are left: outbid keys rotate")
    elif len(keys) > 1:
        yield Finding("warn", f"of the master keys only {how.in_use} is needed: outbid keys rotate --end")


async def _market(connection: Any) -> Finding:
    version, nouns = await markets.load(connection)
    try:
        market = compile_market(version, nouns, Registry(), await stand_ins(connection))
    except MarketError as error:
        return Finding("FAIL", f"the market cannot be used: {error}")
    if not market.sources:
        return Finding("warn", "the market is empty: outbid apply FILE")
    return Finding("ok  ", f"market version {version}: {len(market.sources)} sources, {len(market.offers)} offers")


def _secrets(database: Database, settings: Settings) -> Iterator[Finding]:
    """Secrets that nobody can open or nobody needs, and what stands in the market although it is secret."""
    _, nouns = database.use(markets.load)
    names = database.use(lambda connection: secrets.names(connection, HOUSE))
    vault = Vault(master_keys(settings), noise_source())  # the right keys or not
    opened = database.use(lambda connection: secrets.values(connection, HOUSE, vault))
    for name in names.keys() - opened.keys():
        yield Finding("FAIL", f"the secret {name} does not open with this master key: outbid secrets set {name}")
    if idle := sorted(names.keys() - places_of(nouns).keys()):
        yield Finding("warn", f"the market refers to no secret called {', '.join(idle)}")
    if open_to_all := [slug for slug, (_, offer) in nouns["offer"].items() if _says_secrets(offer)]:
        said = f"the delivery of {_named(open_to_all)} holds a key or password as plain text"
        yield Finding("warn", f"{said}: outbid secrets set NAME, and write {reference('NAME')} in its place")
    yield Finding("ok  ", f"{len(opened)} secrets are sealed")


def _named(slugs: list[str]) -> str:
    more = f" and {len(slugs) - MOST_NAMED} more" if len(slugs) > MOST_NAMED else ""
    return f"{', '.join(slugs[:MOST_NAMED])}{more}"


def _sandboxes(database: Database) -> Iterator[Finding]:
    """Offers whose leads nobody gets, although their sales are booked."""
    _, nouns = database.use(markets.load)
    played = [slug for slug, (_, offer) in nouns["offer"].items() if _plays(offer)]
    if played:
        yield Finding("warn", f"{_named(played)} sells to the sandbox: its sales are booked, and nobody gets the leads")


def _plays(offer: Any) -> bool:
    return not offer.paused and is_sandbox(str(offer.delivery.settings.get("post_url", "")))


def _says_secrets(offer: Any) -> bool:
    """Does a delivery's header with a telling name hold anything but a reference?"""
    headers = offer.delivery.settings.get("headers", {})
    return any(sounds_secret(name) and not only_refers(text) for name, text in headers.items())


async def _ledger(connection: Any) -> Finding:
    balance = await ledgers.trial_balance(connection, HOUSE)
    if balance.faults or any(balance.totals.values()):
        return Finding("FAIL", f"the ledger does not add up: see `outbid ledger` ({len(balance.faults)} faults)")
    return Finding("ok  ", "the ledger adds up")


async def _health(connection: Any) -> list[Finding]:
    health = await examine_database(connection, HOUSE)
    found = [
        Finding("ok  ", f"PostgreSQL {health.version}, durable commits")
        if health.durable
        else Finding("FAIL", "PostgreSQL may lose leads: fsync or synchronous_commit is off"),
        Finding("ok  ", "no job is dead")
        if not health.dead_jobs
        else Finding("warn", f"{health.dead_jobs} jobs are dead"),
    ]
    if health.dead_lanes and not health.living_lanes:
        found.append(Finding("warn", f"no exchange runs; the next one takes over {health.dead_lanes} lanes"))
    else:
        found.append(Finding("ok  ", f"{health.living_lanes} exchange processes hold a lane"))
    return found
