"""What would become of a lead that came now: decided by the functions of the exchange, with nothing kept or sent."""

import asyncio
from typing import Annotated, Any, Literal

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.refusal import Refused
from outbid.api.operator.leads.naming import Naming
from outbid.api.operator.leads.receipts import Receipt, told
from outbid.api.said.description import Said
from outbid.api.said.faults import error_at
from outbid.api.said.instants import utc
from outbid.api.said.reading import Asked, convert, read_json
from outbid.core.answer import Error, pointer_of
from outbid.core.lead.state import State
from outbid.core.lead.value import Scalar
from outbid.core.market.snapshot import Campaign, Market, Source
from outbid.core.money import micros, text_of
from outbid.core.price.picking import Pick
from outbid.core.replay.dry_run import TierAhead
from outbid.exchange.ahead.dry_run import DryRun, Wish, look
from outbid.exchange.live.checks import NO_OFFER, lot

Fields = Annotated[dict[str, Any], Meta(description="the lead: what came under each name")]
Bids = Annotated[dict[str, str], Meta(description="offer → what it would bid, decimal text; whoever is absent passes")]


class DryRunWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A lead that might come. Offers with a fixed price buy at it; the others bid what `bids` says."""

    source: Annotated[str, Meta(description="the slug of the source that it would come from")]
    fields: Fields
    bids: Bids = {}


class Picked(msgspec.Struct, frozen=True):
    """An offer that may win, at its price, for the seller's payout."""

    offer: str
    buyer: str
    price: str
    payout: str


class Ending(msgspec.Struct, frozen=True):
    """How the lead would end if everybody who is posted accepts. `payout` is what the seller gets of all sales."""

    status: Literal["sold", "unsold", "refused"]
    reason: str
    sales: list[Picked]
    payout: str


class TierForeseen(msgspec.Struct, frozen=True):
    """A tier, as if the lead came so far unsold and not refused.

    floor     the least price in it, but for offers with a higher floor of their own
    turn      the offer that was served last, where the method goes round; as this process knows it
    draw      the chance that was drawn, where the method draws lots
    ranking   everybody who may win, best first
    receipts  one for each offer of the tier; sold: it would be posted, and accepts
    """

    tier: str
    places: int
    floor: str
    turn: str | None
    draw: float | None
    ranking: list[Picked]
    receipts: list[Receipt]


class EnricherForeseen(msgspec.Struct, frozen=True):
    """An enricher; a dry run asks nobody.

    local     it works out what it gives by itself, and did so here
    gave      the fields that it gave: those that it worked out, or has a value for to fall back on
    """

    name: str
    local: bool
    gives: list[str]
    gave: list[str]


class DryRunTold(msgspec.Struct, frozen=True):
    """What would become of a lead at an instant, by the version of the market that is in force.

    facts       all that decides
    undeclared  names that the campaign does not declare: kept with a lead, never judged
    enrichers   who says what else is known; of those that would be asked, and are not, send what they would give
    flaws       what the checks found, also where that does not refuse the lead
    """

    source: str
    campaign: str
    version: int
    at: str
    currency: str
    facts: dict[str, Scalar]
    undeclared: list[str]
    enrichers: list[EnricherForeseen]
    flaws: list[Error]
    ending: Ending
    tiers: list[TierForeseen]


class DryRuns:
    """The route of dry runs."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[HTTPRouteHandler]:
        """Look ahead."""
        said = Said(
            summary="What would become of a lead; nothing is kept, held or sent",
            body=DryRunWish,
            answers={200: ("checks, receipts and ranking as they would be now", DryRunTold)},
        )
        return [route("POST", "/v1/dry-run", said, self._run)]

    async def _run(self, request: Asked) -> Response[bytes]:
        given = await read_json(request)
        exchange = self._desk.exchange
        market, at_ms = exchange.market, exchange.clock.now_ms()
        source, bids = _read(given, market)
        live = [exchange.live_of(source.campaign, tier) for tier in range(len(source.campaign.tiers))]
        won, lot_drawn = dict(exchange.wins.on(at_ms)), lot(exchange.noise(16), NO_OFFER)
        wish = Wish(market, source, given["fields"], bids, at_ms, won, live, lot_drawn, exchange.scores)
        async with self._desk.database() as connection:
            looked = await look(connection, exchange.vault, exchange.cell, wish)
        # Among ten thousand offers it takes a while: leads must not wait for it.
        return answer(self._told(market, source, at_ms, await asyncio.to_thread(looked.ahead)))

    def _told(self, market: Market, source: Source, at_ms: int, found: DryRun) -> DryRunTold:
        campaign = source.campaign
        naming = Naming(market, campaign)
        flaws = []
        for flaw in found.flaws:
            reason = self._desk.reasons[flaw.code]
            detail = f"{reason.sentence} {flaw.note}".strip()
            flaws.append(Error(f"/fields{pointer_of(flaw)}", flaw.code, detail, reason.fix))
        return DryRunTold(
            source=source.slug,
            campaign=campaign.slug,
            version=market.version,
            at=utc(at_ms),
            currency=campaign.currency,
            facts=found.facts,
            undeclared=list(found.undeclared),
            enrichers=_enrichers(found, campaign),
            flaws=flaws,
            ending=_ending(found.ahead.end, naming),
            tiers=[_tier(tier, campaign, naming) for tier in found.ahead.tiers],
        )


def _enrichers(found: DryRun, campaign: Campaign) -> list[EnricherForeseen]:
    pairs = zip(campaign.enrichers, found.enriched, strict=True)
    return [
        EnricherForeseen(enricher.name, enricher.local, list(enricher.gives), list(told.gave))
        for enricher, told in pairs
    ]


def _read(given: dict[str, Any], market: Market) -> tuple[Source, dict[int, int]]:
    """Source and bids (micros, by the offer's number) of a wish. Raises Refused with every error."""
    errors: list[Error] = []
    sources = {source.slug: source for source in market.sources.values()}
    source = sources.get(given["source"]) if isinstance(given.get("source"), str) else None
    if isinstance(given.get("source"), str) and source is None:
        errors.append(error_at(("source",), "setting_faulty", f"there is no source {given['source']!r}"))
    prices = given.get("bids")
    bids: dict[int, int] = {}
    if isinstance(prices, dict):
        offers = {} if source is None else {offer.slug: offer for offer in source.campaign.offers.values()}
        for slug, price in prices.items():
            offer = offers.get(slug)
            wrong = _wrong_price(price)
            if wrong is None and source is not None:
                if offer is None:
                    wrong = f"there is no offer {slug!r} in the campaign {source.campaign.slug!r}"
                elif offer.direct:
                    fixed = offer.price_micros
                    has = "prices by rule" if fixed is None else f"a fixed price, {text_of(fixed)}"
                    wrong = f"the offer has {has}: it does not bid"
                else:
                    bids[offer.number] = micros(price)
            if wrong is not None:
                errors.append(error_at(("bids", slug), "setting_faulty", wrong))
    try:
        convert(given | {"bids": {}} if isinstance(prices, dict) else given, DryRunWish)
    except Refused as refused:
        errors += refused.errors
    if errors or source is None:
        raise Refused("body_faulty", errors=tuple(errors))
    return source, bids


def _wrong_price(price: Any) -> str | None:
    """What is wrong with a bid; None if it is an amount above zero."""
    if not isinstance(price, str):
        return f'a bid is decimal text, such as "12.50", not {type(price).__name__}'
    try:
        return None if micros(price) > 0 else "a bid is above zero; leave out who passes"
    except ValueError as error:
        return str(error)


def _picked(pick: Pick, naming: Naming) -> Picked:
    return Picked(
        naming.offer(pick.offer), naming.buyer_of(pick.offer), text_of(pick.price_micros), text_of(pick.payout_micros)
    )


def _ending(end: State, naming: Naming) -> Ending:
    sales = [Pick(sale.offer, sale.price_micros, sale.payout_micros) for sale in end.sales]
    payout = text_of(sum(pick.payout_micros for pick in sales))
    assert end.status in ("sold", "unsold", "refused"), "a dry run ends"
    return Ending(end.status, end.reason, [_picked(pick, naming) for pick in sales], payout)


def _tier(found: TierAhead, campaign: Campaign, naming: Naming) -> TierForeseen:
    tier = campaign.tiers[found.tier]
    return TierForeseen(
        tier.slug,
        tier.places,
        text_of(found.floor_micros),
        naming.offer(found.turn) if "turn" in tier.live and found.turn else None,
        found.draw if "draw" in tier.live else None,
        [_picked(pick, naming) for pick in found.ranking],
        [told(receipt, naming) for receipt in found.receipts],
    )
