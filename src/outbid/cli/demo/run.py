"""`outbid demo`: the whole exchange with an example market, made-up buyers and a trickle of made-up sellers."""

import json
import logging
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import msgspec

from outbid.api.auth import key_hash
from outbid.api.portal.files import read_built
from outbid.cli.database import Database
from outbid.cli.fault import CommandError
from outbid.cli.keys import add_key
from outbid.cli.market import apply_nouns
from outbid.cli.serving.logs import start_log
from outbid.cli.serving.serve import Supervisor, open_socket
from outbid.cli.shown.document import read_document
from outbid.core.market.noun import Key
from outbid.exchange.clock import noise_source
from outbid.settings import Settings
from outbid.store import market as markets
from outbid.store.people import users

BUYERS_PORT = 8801
READY_S = 20
KEYS_FILE = "demo-keys.json"
HOUSE_KEY = "house"
PERSON = "demo"
PERSON_FILE = "demo-person.json"
PASSWORD_BYTES = 8


def run_demo(settings: Settings, market: str | None, rate: float) -> int:
    """Set everything up, print one screen, serve until ^C. The market is applied only where there is none yet."""
    start_log(settings.log, logging.WARNING)
    _ports_are_free(settings)
    print("Starting the database …", flush=True)
    with Database(settings) as database:
        database.migrate()
        database.vault()
        database.use(lambda connection: _market(connection, _example(market)))
        keys = database.use(lambda connection: _keys(connection, settings.data / KEYS_FILE))
        password = database.use(lambda connection: _person(connection, settings.data / PERSON_FILE))
        with _Crew() as crew:
            crew.buyers()
            supervisor = Supervisor(settings, database, ready=lambda: _ready(settings, keys, password, crew, rate))
            supervisor.run()
    print("Stopped. Leads and money stay where they are; run it again to go on.")
    return 0


def _ports_are_free(settings: Settings) -> None:
    for port, what in ((settings.port, "the API"), (BUYERS_PORT, "the example buyers")):
        try:
            open_socket("127.0.0.1", port).close()
        except OSError as error:
            raise CommandError(
                f"port {port}, for {what}, cannot be used ({error.strerror}). Does another demo run? "
                "The API's port is the setting OUTBID_PORT."
            ) from None


def _example(market: str | None) -> Path:
    """The market file: the one that was named, the repository's, or the one in the package."""
    if market is not None:
        return Path(market)
    here = Path(__file__)
    for folder in (here.parents[4] / "examples", here.parent):
        if (folder / "auto_insurance.yaml").exists():
            return folder / "auto_insurance.yaml"
    raise CommandError("the example market is not installed; name one with --market FILE")


async def _market(connection: Any, file: Path) -> None:
    if await markets.version_now(connection) == 0:
        document = read_document(file.read_text(encoding="utf-8"))
        await apply_nouns(connection, document.nouns, f"the example {file.name}", document, file.name)


async def _keys(connection: Any, file: Path) -> dict[str, str]:
    """A key for every source and one of the house, made once and kept in a file that only its owner reads."""
    _, nouns = await markets.load(connection)
    known: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    hashes = {key.hash for _, key in nouns["key"].values() if isinstance(key, Key) and not key.revoked}
    keys = {owner: secret for owner, secret in known.items() if key_hash(secret) in hashes}
    for owner in (HOUSE_KEY, *nouns["source"]):
        if owner not in keys:
            holder = "house" if owner == HOUSE_KEY else "source"
            keys[owner] = await add_key(connection, holder, "" if holder == "house" else owner, "key of the demo")
    _keep(file, keys)
    return keys


async def _person(connection: Any, file: Path) -> str:
    """Somebody who may look at the portal: his password, made once and kept as the keys are."""
    kept: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    found = await users.find(connection, PERSON)
    if found is not None and await users.knows(found, kept.get(PERSON, "")):
        return kept[PERSON]
    password = noise_source()(PASSWORD_BYTES).hex()
    _keep(file, {PERSON: password})
    if found is None:
        await users.create(connection, PERSON, password)
    else:
        await users.set_password(connection, PERSON, password)
    return password


def _keep(file: Path, words: dict[str, str]) -> None:
    """Write what only the owner may read."""
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(msgspec.json.format(msgspec.json.encode(words)))


class _Crew:
    """The buyers' and sellers' processes; they end with this one, however it ends."""

    def __init__(self) -> None:
        self._processes: list[subprocess.Popen[str]] = []

    def __enter__(self) -> "_Crew":
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()

    def buyers(self) -> None:
        """Start the buyers and wait until they listen."""
        process = self._start("buyers", ["--port", str(BUYERS_PORT)], dict(os.environ))
        line: list[str] = []
        assert process.stdout is not None
        reader = threading.Thread(target=lambda out: line.append(out.readline()), args=(process.stdout,), daemon=True)
        reader.start()
        reader.join(READY_S)
        if not line or not line[0].startswith("ready"):
            raise CommandError("the example buyers did not start")

    def sellers(self, url: str, rate: float, keys: list[str]) -> None:
        """Start the trickle of leads. The keys travel in the environment, where `ps` does not show them."""
        environment = {**os.environ, "OUTBID_DEMO_KEYS": ",".join(keys)}
        self._start("sellers", ["--url", url, "--rate", str(rate)], environment)

    def _start(self, name: str, words: list[str], environment: dict[str, str]) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", f"outbid.cli.demo.{name}", *words]
        # A session of its own: ^C reaches this process alone, which then ends the others in order.
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, start_new_session=True)
        self._processes.append(process)
        return process


def _ready(settings: Settings, keys: dict[str, str], password: str, crew: _Crew, rate: float) -> None:
    address = f"http://{settings.host}:{settings.port}"
    sources = {owner: secret for owner, secret in keys.items() if owner != HOUSE_KEY}
    if rate > 0:
        crew.sellers(f"{address}/v1/leads", rate, list(sources.values()))
    print(_screen(settings, address, keys, password, rate), flush=True)


def _screen(settings: Settings, address: str, keys: dict[str, str], password: str, rate: float) -> str:
    key = next(secret for owner, secret in keys.items() if owner != HOUSE_KEY)
    portal = f"{address}/      sign in as {PERSON} with {password}" if read_built() else "not built: run make portal"
    listed = "\n".join(f"    {owner:18} {secret}" for owner, secret in keys.items())
    return f"""
Outbid is open: {settings.processes} exchange processes, {rate:g} leads a second from example sellers.

  portal     {portal}
  API        {address}/v1      description: {address}/v1/schema/openapi.json
  buyers     http://127.0.0.1:{BUYERS_PORT}/books   what the example buyers have bought, by their own books
  data       {settings.data.resolve()}
  keys
{listed}

Sell a lead (paste this; each paste is another person):

  curl -s {address}/v1/leads -H 'Authorization: Bearer {key}' -d '{{
    "first_name": "Pat", "last_name": "Example", "email": "pat'$RANDOM'@example.com",
    "phone": "'$((RANDOM % 2 * 231 + 416))' 555 01'$((RANDOM % 90 + 10))'", "street": "1 Main St", "city": "Austin",
    "state": "TX", "zip": "78701", "birth_date": "1985-04-12", "vehicle_year": 2019,
    "vehicle_make": "Honda", "vehicle_model": "Civic", "insured": true, "incidents": 0}}'

The answer comes after the auction's deadline of 0.8 s, since one of the buyers never answers:
  outcome   sold, unsold, refused (with every error), or pending
  price     what the seller is paid: his share of the winning bid; the buyer's price stays between you and him
  lead      the id. Why this price, and why not the others:  outbid leads show ID
  redirect  where the buyer wants the person to go next

Then, in another terminal (in this folder: .venv/bin/outbid):
  outbid leads list      outbid leads show ID      outbid ledger      outbid doctor
Stop with ^C. Kill it with kill -9 if you like: nothing that was answered is lost.
"""
