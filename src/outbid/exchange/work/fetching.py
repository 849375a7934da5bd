"""Leads of which only ids came: kept as jobs before the sender is answered, then fetched and sold."""

import re
from typing import Any

import msgspec

from outbid.core.contract import Malformed
from outbid.core.dialect.wire import Failure
from outbid.core.heard import Deletion, Fetch
from outbid.core.ids import uuid7
from outbid.core.market.snapshot import Source
from outbid.exchange.arrive import ONCE_KEPT_MS, arrive, once_key, person_hashes, request_of
from outbid.exchange.distribute import distribute
from outbid.exchange.exchange import Exchange
from outbid.exchange.work.postback import Unheard
from outbid.store import jobs
from outbid.store.commit.entry import Repeated
from outbid.store.people import requests

MOST_S = 20.0
KIND = "fetch"
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""What the database cannot hold: the character zero and halves of surrogate pairs."""


async def keep(exchange: Exchange, connection: Any, source: Source, things: tuple[Fetch | Deletion, ...]) -> None:
    """Put down what a request brought that is no lead yet, all of it or nothing."""
    now_ms = exchange.clock.now_ms()
    async with connection.transaction():
        for thing in things:
            identifier = uuid7(now_ms, exchange.noise(10))
            if isinstance(thing, Fetch):
                payload = {"source": source.number, "ids": thing.ids, "once": thing.once}
                key = f"{KIND} {source.number} {thing.once}"
                await jobs.put(connection, exchange.cell, identifier, KIND, payload, now_ms, key)
            else:
                await requests.put(connection, _request(exchange, source, thing, identifier, now_ms))


def _request(exchange: Exchange, source: Source, asked: Deletion, identifier: bytes, now_ms: int) -> requests.Request:
    parts = msgspec.structs.asdict(asked).items()
    asked = Deletion(**{name: _UNSTORABLE.sub("", text) for name, text in parts})
    said = {"phone": asked.phone, "email": asked.email}
    hashes = person_hashes(exchange.vault, source.campaign.fields, said, now_ms)
    told = "\n".join((str(source.number), asked.phone, asked.email, asked.reference)).encode()
    message = exchange.vault.request(b"deletion", told)
    return requests.Request(
        exchange.cell, identifier, now_ms, source.number, "deletion", hashes, asked.reference[:200], message
    )


async def fetch(exchange: Exchange, job: jobs.Job) -> None:
    """Fetch a lead and sell it. Done again it is the same lead. Raises Unheard: it is tried again, later each time."""
    market = exchange.market
    source = market.sources.get(job.payload["source"])
    if source is None or source.spoken is None or source.spoken.fetch is None or source.spoken.fetched is None:
        return
    if source.paused:
        raise Unheard(f"the source {source.slug} takes no leads now")
    heard = await exchange.door.ask(source.spoken.fetch(job.payload["ids"]), exchange.now() + MOST_S)
    if isinstance(heard, Failure):
        raise Unheard(f"a lead of {source.slug} could not be fetched: {heard.reason}")
    arrived = source.spoken.fetched(heard)
    if isinstance(arrived, Malformed):
        raise Unheard(f"a lead of {source.slug} could not be fetched: {arrived.code}: {arrived.detail}")
    once = str(job.payload["once"])
    request = request_of(exchange.vault, once_key(once), once.encode(), exchange.clock.now_ms(), ONCE_KEPT_MS)
    story = arrive(exchange, market, source, arrived.fields, False, request)
    try:
        await distribute(exchange, story)
    except Repeated:
        return  # it was fetched before
