"""`outbid backup` and `outbid restore`: the whole database as one file, without the master key."""

import argparse
import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

from outbid.cli.database import Database
from outbid.cli.fault import CommandError
from outbid.core.scope import HOUSE
from outbid.exchange.clock import Clock, noise_source
from outbid.master_key import master_keys
from outbid.settings import Settings, read_settings
from outbid.store.money import ledger as ledgers
from outbid.store.upkeep.backup.archive import Manifest, read_manifest
from outbid.store.upkeep.backup.make import back_up
from outbid.store.upkeep.backup.put_back import put_back, refuse_unfit
from outbid.store.vault import Vault


def backup(given: argparse.Namespace) -> int:
    """Write the database into a file; the exchange may run meanwhile."""
    settings, file = read_settings(), Path(given.file)
    with Database(settings) as database:
        made = back_up(database.owner_url, file, programs=settings.postgres, now_ms=Clock().now_ms())
        manifest = asyncio.run(made)
    print(f"{file} holds {_content(manifest)}.")
    print(f"It opens with {_keys(manifest)} alone.")
    print(f"The master key is not in it. It {_place_of_key(settings)}: keep a copy of it, apart from backups.")
    return 0


def _keys(manifest: Manifest) -> str:
    return f"master key {' and '.join(map(str, sorted(manifest.keys)))}"


def restore(given: argparse.Namespace) -> int:
    """Put a backup back; exit code 1 if the ledger does not add up afterwards."""
    settings, file = read_settings(), Path(given.file)
    manifest = read_manifest(file)
    if settings.master_key is None and not settings.master_key_file.exists():
        raise CommandError(
            f"the master key is not in a backup: first put the one it was made with at {settings.master_key_file}"
        )
    refuse_unfit(manifest, Vault(master_keys(settings), noise_source()))
    with Database(settings) as database:
        asyncio.run(put_back(database.owner_url, file, manifest, programs=settings.postgres, replace=given.replace))
        database.migrate()
        balance = database.use(lambda connection: ledgers.trial_balance(connection, HOUSE))
    print(f"The database is what {file} holds: {_content(manifest)}.")
    if balance.faults or any(balance.totals.values()):
        print(f"THE LEDGER DOES NOT ADD UP ({len(balance.faults)} faults): see `outbid ledger`.", file=sys.stderr)
        return 1
    print("The ledger adds up. Sales made since are forgotten here, and buyers remember them: compare before you sell.")
    return 0


def _content(manifest: Manifest) -> str:
    at = datetime.fromtimestamp(manifest.at_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
    leads, sales = (manifest.rows.get(table, 0) for table in ("lead", "sale"))
    rows = sum(manifest.rows.values())
    return f"{leads} leads, {sales} sales, {rows} rows in all, as of {at} UTC ({manifest.dump_bytes:,} bytes)"


def _place_of_key(settings: Settings) -> str:
    if settings.master_key is not None:
        return "comes from OUTBID_MASTER_KEY"
    return f"is in {settings.master_key_file}"
