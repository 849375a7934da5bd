"""`outbid leads dry-run`: what would become of a lead that came now; nothing is kept, held or sent."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from outbid.cli.database import Database
from outbid.cli.fault import CommandError
from outbid.cli.leads import market_of
from outbid.cli.replay.receipts import print_receipts
from outbid.cli.shown.words import Words
from outbid.core.answer import pointer_of
from outbid.core.lead.event import Enriched
from outbid.core.lead.state import State
from outbid.core.market.snapshot import Campaign, Market, Source
from outbid.core.money import micros, text_of
from outbid.core.replay.dry_run import TierAhead
from outbid.exchange.ahead.dry_run import DryRun, Wish, look
from outbid.exchange.clock import Clock, noise_source
from outbid.exchange.live.checks import NO_OFFER, lot
from outbid.exchange.live.learned.scores import Scores
from outbid.settings import read_settings
from outbid.store.vault import Vault

CELL = 0


def run(given: argparse.Namespace) -> int:
    """Tell what would become of the lead in a file."""
    fields = fields_of(given.file)
    settings = read_settings()
    with Database(settings) as database:
        database.migrate()
        vault = database.vault()
        told = database.use(lambda connection: _run(connection, vault, fields, given.source, given.bid or ()))
    _print(*told)
    return 0


async def _run(
    connection: Any, vault: Vault, fields: dict[str, Any], slug: str, bids: Sequence[str]
) -> tuple[Market, Source, DryRun]:
    market = await market_of(connection)
    source = next((found for found in market.sources.values() if found.slug == slug), None)
    if source is None:
        there = ", ".join(sorted(found.slug for found in market.sources.values()))
        raise CommandError(f"there is no source {slug!r}; there are: {there or 'none'}")
    noise = noise_source()
    # Whose turn it is is known to each exchange process alone; a chance is drawn as they draw it.
    draw = int.from_bytes(noise(6), "big") / (1 << 48)
    live = [(0, draw)] * len(source.campaign.tiers)
    drawn = lot(noise(16), NO_OFFER)
    wish = Wish(market, source, fields, _bids(bids, source.campaign), Clock().now_ms(), {}, live, drawn, Scores())
    return market, source, (await look(connection, vault, CELL, wish)).ahead()


def fields_of(name: str) -> dict[str, Any]:
    """The lead in a file, or in standard input. Raises CommandError."""
    try:
        found = msgspec.json.decode(sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes())
    except OSError as error:
        raise CommandError(f"{name} cannot be read: {error.strerror}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise CommandError(f"{name} is not JSON: {error}") from None
    if not isinstance(found, dict):
        raise CommandError(f'{name} holds no lead: write one object, {{"field": value, …}}')
    return found


def _bids(given: Sequence[str], campaign: Campaign) -> Mapping[int, int]:
    """Bids (`offer=12.50`) in micros, by the offer's number. Raises CommandError."""
    offers = {offer.slug: offer for offer in campaign.offers.values()}
    bids: dict[int, int] = {}
    for text in given:
        slug, _, price = text.partition("=")
        offer = offers.get(slug)
        if offer is None:
            raise CommandError(f"--bid {text}: there is no offer {slug!r} in the campaign {campaign.slug!r}")
        if offer.direct:
            fixed = "prices by rule" if offer.price_micros is None else f"a fixed price, {text_of(offer.price_micros)}"
            raise CommandError(f"--bid {text}: the offer has {fixed}: it does not bid")
        try:
            bids[offer.number] = micros(price)
        except ValueError as error:
            raise CommandError(f"--bid {text}: {error}") from None
        if bids[offer.number] <= 0:
            raise CommandError(f"--bid {text}: a bid is above zero; leave out who passes")
    return bids


def _print(market: Market, source: Source, found: DryRun) -> None:
    campaign = source.campaign
    words = Words(market, campaign)
    print(f"A lead from {source.slug} in campaign {campaign.slug} now (market version {market.version})")
    for flaw in found.flaws:
        print(f"  {pointer_of(flaw) or 'lead'}: {words.why(flaw.code)} {flaw.note}".rstrip())
    for enriched in found.enriched:
        print(f"  enricher {enriched.enricher}: {_said(enriched)}")
    if found.undeclared:
        print(f"  not declared: {', '.join(found.undeclared)}")
    print(_ending(found.ahead.end, words))
    for tier in found.ahead.tiers:
        _print_tier(tier, words)


def _ending(end: State, words: Words) -> str:
    """How it ends, if everybody who is posted accepts."""
    if end.status != "sold":
        return f"{end.status.upper()}: {words.why(end.reason)}"
    price, payout = (
        sum(amounts) for amounts in zip(*((s.price_micros, s.payout_micros) for s in end.sales), strict=True)
    )
    buyers = ", ".join(words.buyer(sale.offer) for sale in end.sales)
    return f"SOLD to {buyers} for {words.money(price)} if accepted: the seller gets {words.money(payout)}."


def _print_tier(tier: TierAhead, words: Words) -> None:
    print(f"\nTier {words.tier(tier.tier)}, floor {words.money(tier.floor_micros)}")
    for place, pick in enumerate(tier.ranking, 1):
        payout = words.money(pick.payout_micros)
        print(f"  {place}. {words.offer(pick.offer)} at {words.money(pick.price_micros)}, payout {payout}")
    if tier.receipts:
        print_receipts(words, tier.receipts)
    else:
        print("  It has no offers.")


def _said(enriched: Enriched) -> str:
    gave = ", ".join(enriched.gave)
    if enriched.reason == "only_foreseen":
        return "not asked, a dry run asks nobody" + (f"; {gave} as there is to fall back on" if gave else "")
    return f"gave {gave}" if gave else "gave nothing"
