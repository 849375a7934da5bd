"""Suppression lists of the house and of every buyer, for the operator."""

from typing import Annotated

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.refusal import Refused
from outbid.api.said.description import Said
from outbid.api.said.paging import Text
from outbid.api.said.reading import Asked
from outbid.api.suppressions.listing import CSV, BadLine, ChangeWish, change
from outbid.core.market.snapshot import Market
from outbid.core.scope import HOUSE, Scope
from outbid.store.people import suppressions

PATH = "/v1/suppressions"
_PROBLEMS = ("noun_unknown", "csv_faulty", "media_type_unknown", "document_too_large", "list_too_long")


class ListWish(ChangeWish, frozen=True):
    """Whose list, and what to do with it."""

    buyer: Annotated[Text, Meta(description="the buyer's slug; absent: the house's own list")] = ""


class SuppressionList(msgspec.Struct, frozen=True):
    """A list. `buyer`: whose it is, null: the house's; `entries` count now, `ending` of them end some day."""

    buyer: str | None
    entries: int
    ending: int


class SuppressionLists(msgspec.Struct, frozen=True):
    """Every list that was ever written to.

    heedless  campaigns, by slug, that take persons of the house's list all the same: no check of theirs keeps them out
    """

    items: list[SuppressionList]
    heedless: list[str]


def heedless(market: Market) -> list[str]:
    """The slugs of the campaigns that take persons of the house's list, in order."""
    keeps_out = ("refuse", "review")
    return sorted(
        campaign.slug
        for campaign in market.campaigns.values()
        if not any(check.plugin == "suppressed" and check.on_flaw in keeps_out for check in campaign.checks)
    )


class Suppressed(msgspec.Struct, frozen=True):
    """What came of it: so many were put on the list or taken off, so many were so already; and what was not understood.

    bad_lines  how many lines were not understood; the others count. bad: the first thousand of them
    """

    changed: int
    unchanged: int
    bad_lines: int
    bad: list[BadLine]


_BAD = [{"line": 3, "code": "phone.too_short", "detail": "The number has too few digits.", "fix": "Send ten digits, …"}]


class Suppressions:
    """The operator's routes."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[HTTPRouteHandler]:
        """List, change."""
        listed = Said(
            summary="List suppression lists",
            answers={200: ("the house's and the buyers'", SuppressionLists)},
            example={"items": [{"buyer": "halcyon", "entries": 1204, "ending": 0}]},
        )
        changed = Said(
            summary="Put persons on a suppression list, or take them off: phones, e-mails, or the SHA-256 of either",
            query=ListWish,
            takes=CSV,
            answers={200: ("what came of it", Suppressed)},
            problems=_PROBLEMS,
            example={"changed": 1204, "unchanged": 3, "bad_lines": 1, "bad": _BAD},
        )
        return [route("GET", PATH, listed, self._list), route("POST", PATH, changed, self._change)]

    async def _list(self, request: Asked) -> Response[bytes]:
        exchange = self._desk.exchange
        async with self._desk.database() as connection:
            found = await suppressions.lists(connection, HOUSE, exchange.clock.now_ms())
        return answer(SuppressionLists([self._told(one) for one in found], heedless(exchange.market)))

    def _told(self, found: suppressions.List) -> SuppressionList:
        kind, _, number = found.owner.partition(":")
        buyer = self._desk.exchange.market.name(kind, int(number)) if number else None
        return SuppressionList(buyer, found.entries, found.ending)

    async def _change(self, request: Asked) -> Response[bytes]:
        changed, unchanged, lines = await change(self._desk, request, self._owner(request.state.query.buyer))
        return answer(Suppressed(changed, unchanged, lines.bad_lines, lines.bad))

    def _owner(self, buyer: str) -> str:
        """Whose list is meant. Raises Refused."""
        if not buyer:
            return suppressions.owner_of(HOUSE)
        found = self._desk.exchange.market.nouns.get("buyer", {}).get(buyer)
        if found is None:
            raise Refused("noun_unknown", f"there is no buyer {buyer!r}")
        return suppressions.owner_of(Scope("buyer", found[0]))
