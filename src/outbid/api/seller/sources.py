"""A seller's sources, as posting instructions: which fields they take, what they pay, how much room they have."""

from typing import Annotated, Any

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from outbid.api.door.caps import CapTold, caps_of, tell_caps
from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.doors import SELLER
from outbid.api.said.description import Said
from outbid.api.said.paging import Limit, Text
from outbid.api.said.reading import Asked
from outbid.core.instructions.make import needed_of
from outbid.core.ledger.account import Account
from outbid.core.market.noun import Campaign, Field, Payout
from outbid.core.scope import Scope
from outbid.store.reading.parties import seller

PATH = "/v1/seller/sources"


class SourcesWish(msgspec.Struct, frozen=True):
    """Which page of a list of sources."""

    cursor: Annotated[Text, Meta(description="`next` of the page before")] = ""
    limit: Limit = 100


class FieldWanted(msgspec.Struct, frozen=True):
    """A field of a lead.

    kind      what it is understood as: text, number, boolean or date
    about     what its type takes, in a line; `settings` say it exactly (the options of a choice)
    example   a value that is understood; empty where it depends on the settings
    required  a lead without it is refused
    """

    name: str
    type: str
    kind: str
    about: str
    example: str
    required: bool
    settings: dict[str, Any]


class SellerSource(msgspec.Struct, frozen=True):
    """A source as it stands now.

    campaign  its slug; `campaign_name`: what people call it
    paused    it takes no leads now
    payout    what you get of each sale: a share of the price, or a fixed amount in `currency`
    intake    how a request is read; `names`: from your names of fields to those below, as far as they differ
    """

    slug: str
    name: str
    campaign: str
    campaign_name: str
    currency: str
    paused: bool
    payout: Payout
    intake: str
    names: dict[str, str]
    fields: list[FieldWanted]
    caps: list[CapTold]


class SellerSourcePage(msgspec.Struct, frozen=True):
    """A page of sources, by slug."""

    items: list[SellerSource]
    next: str | None


_EXAMPLE = {
    "slug": "brightleads-web",
    "name": "",
    "campaign": "auto",
    "campaign_name": "Car insurance",
    "currency": "USD",
    "paused": False,
    "payout": {"share": "80%"},
    "intake": "json",
    "names": {"mobile": "phone"},
    "fields": [
        {
            "name": "phone",
            "type": "phone",
            "kind": "text",
            "about": "A telephone number.",
            "example": "(512) 555-0147",
            "required": True,
            "settings": {},
        }
    ],
    "caps": [
        {
            "of": "source",
            "window": "day",
            "unit": "LEAD",
            "most": "50",
            "room": "46",
            "ends_at": "2026-11-26T05:00:00.000Z",
        }
    ],
}


class Sources:
    """The route of sources."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[HTTPRouteHandler]:
        """List."""
        said = Said(
            summary="Your sources: their fields, their terms, their room",
            query=SourcesWish,
            answers={200: ("a page, by slug", SellerSourcePage)},
            example={"items": [_EXAMPLE], "next": None},
            door=SELLER,
            for_tests=True,
        )
        return [route("GET", PATH, said, self._list)]

    async def _list(self, request: Asked) -> Response[bytes]:
        asked: SourcesWish = request.state.query
        scope: Scope = request.state.asker.scope
        async with self._desk.database() as connection:
            found = await seller.feeds(connection, scope, asked.cursor, asked.limit + 1)
            page = found[: asked.limit]
            caps = {feed.source.slug: self._caps(scope, feed.number) for feed in page}
            told = await tell_caps(connection, scope, self._desk.exchange.cell, caps)
        rows = [self._told(feed, told[feed.source.slug]) for feed in page]
        return answer(SellerSourcePage(rows, rows[-1].slug if len(found) > asked.limit else None))

    def _caps(self, scope: Scope, number: int) -> list[Account]:
        """A source's caps, and for a key of its seller also those of all his sources together."""
        exchange = self._desk.exchange
        source = exchange.market.sources.get(number)
        kinds = ("source", "seller") if scope.kind == "seller" else ("source",)
        return [] if source is None else caps_of(source.limits, kinds, exchange.clock.now_ms())

    def _told(self, feed: seller.Feed, caps: list[CapTold]) -> SellerSource:
        source, campaign = feed.source, feed.campaign
        required = self._required(campaign)
        return SellerSource(
            source.slug,
            source.name,
            campaign.slug,
            campaign.name,
            campaign.currency,
            source.paused or campaign.paused,
            source.payout,
            source.intake.plugin,
            source.intake.settings.get("names", {}),
            [self._field(field, field.name in required) for field in campaign.fields],
            caps,
        )

    def _required(self, campaign: Campaign) -> set[str]:
        """The fields without which a check of the campaign refuses a lead; what an enricher gives need not be sent."""
        ready = self._desk.exchange.market.campaigns.values()
        return needed_of(self._desk.plugins, campaign, next((c for c in ready if c.slug == campaign.slug), None))

    def _field(self, field: Field, required: bool) -> FieldWanted:
        module = self._desk.plugins.get("fields", field.type)
        about = (module.__doc__ or "").strip().partition("\n")[0]
        return FieldWanted(field.name, field.type, module.KIND, about, module.EXAMPLE, required, field.settings)
