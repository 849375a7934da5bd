"""Posting instructions made of a market and of its past, and written as they were asked for."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

from outbid.api.instructions.samples import answers_of
from outbid.core.instructions.changes import Standing, changes_of
from outbid.core.instructions.make import Given, instructions_of, speech_of
from outbid.core.instructions.schema import openapi_of, schemas_of
from outbid.core.instructions.told import ChangeLine, House, Instructions
from outbid.core.instructions.written.markdown import markdown_of
from outbid.core.instructions.written.page import page_of
from outbid.core.market.noun import KINDS, Campaign
from outbid.core.market.noun import Source as SourceNoun
from outbid.core.market.snapshot import Market, Source
from outbid.core.reasons import Reason
from outbid.core.scope import HOUSE, Scope
from outbid.plugins.registry import Registry
from outbid.plugins.verticals import usual_of
from outbid.store.database import Connection
from outbid.store.house import settings
from outbid.store.reading.parties import seller

Written = Literal["html", "md", "openapi", "schema"]
MEDIA: Mapping[str, str] = {
    "html": "text/html",
    "md": "text/markdown",
    "openapi": "application/json",
    "schema": "application/schema+json",
}


async def changes(connection: Connection, source: Source, plugins: Registry) -> tuple[ChangeLine, ...]:
    """What changed for the seller of a source since it takes leads of its campaign."""
    rows = await seller.terms(connection, Scope("source", source.number))
    return changes_of(_standings(rows), plugins)


async def who_gives(connection: Connection) -> House:
    """Who gives the instructions: of the house's settings, what sellers may know."""
    found = await settings.read(connection, HOUSE)
    return House(found.name, found.contact)


def _standings(rows: Iterable[seller.Terms]) -> Iterable[Standing]:
    """Source and campaign as they were, version by version."""
    at: dict[int, Standing] = {}
    now: dict[str, Any] = {}
    for row in rows:
        now[row.kind] = msgspec.json.decode(row.body, type=KINDS[row.kind])
        source, campaign = now.get("source"), now.get("campaign")
        if isinstance(source, SourceNoun) and isinstance(campaign, Campaign) and source.campaign == campaign.slug:
            at[row.version] = Standing(row.at_ms, source, campaign)
    return at.values()


def made(
    market: Market,
    source: Source,
    plugins: Registry,
    reasons: Mapping[str, Reason],
    changed: tuple[ChangeLine, ...],
    address: str,
    now_ms: int,
    house: House,
) -> Instructions:
    """The instructions of a source of a market. `address` is the exchange's own."""
    noun = market.nouns["source"][source.slug][1]
    campaign = market.nouns["campaign"][source.campaign.slug][1]
    assert isinstance(noun, SourceNoun)
    assert isinstance(campaign, Campaign)
    speech = speech_of(plugins, noun)
    asks = bool(speech.asks or speech.asks_at) and not speech.pushed
    field = campaign.fields[0].name if campaign.fields else ""
    answers = answers_of(source, reasons, field, asks=asks, own=speech.own, all_bids=source.quotes.all)
    day = datetime.fromtimestamp(now_ms / 1000, UTC).date()
    usual = usual_of(campaign.fields)
    return instructions_of(
        Given(source, noun, campaign, plugins, usual, reasons, address, day, tuple(answers), changed, house)
    )


def written(told: Instructions, form: Written) -> bytes:
    """Instructions as they were asked for."""
    if form == "html":
        return page_of(told).encode()
    if form == "md":
        return markdown_of(told).encode()
    document = openapi_of(told) if form == "openapi" else schemas_of(told)
    return msgspec.json.format(msgspec.json.encode(document), indent=2)
