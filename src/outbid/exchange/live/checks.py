"""Everything live that may keep an offer out of a round, in a fixed order; what it says is recorded."""

from hashlib import blake2b

from outbid.core.control.control import Control
from outbid.core.control.seldom import hardly_bids
from outbid.core.lead.event import Skip
from outbid.core.market.snapshot import Market, Offer, Source
from outbid.core.match.match import Live, without_room
from outbid.core.money import ONE
from outbid.exchange.exchange import Exchange
from outbid.exchange.live.barred import NOBODY, Barred
from outbid.exchange.room import accounts_of

NO_OFFER = 0
"""In place of an offer: the lot is the lead's own."""


def live_checks(
    exchange: Exchange, pinned: Market, source: Source, lead: bytes, at_ms: int, barred: Barred = NOBODY
) -> Live:
    """The live checks of a lead's round, as `core/match` asks for them. `barred`: who is not asked for its person."""
    newest, rooms, full = exchange.market, exchange.rooms, exchange.rooms.full

    def found_room(offer: Offer, least_micros: int) -> Skip | None:
        accounts = accounts_of(newest, pinned, source, offer, at_ms)
        if (account := full(accounts, least_micros)) is not None:
            return without_room(offer.number, account)
        if offer.paced or source.paced:
            return exchange.paces.skip(offer.number, offer.campaign, accounts, rooms, at_ms)
        return None

    def live(offer: Offer, least_micros: int) -> Skip | None:
        if offer.share < ONE and lot(lead, offer.number) >= offer.share:
            return Skip(offer.number, "not_in_share")
        if barred is not NOBODY and (skip := barred.skip(offer)) is not None:
            return skip
        control = offer.control
        if control is None:
            return found_room(offer, least_micros)
        return (
            _by_rule(exchange, offer, control, lead)
            or found_room(offer, least_micros)
            or _seldom_bids(exchange, source, offer, control, lead)
            or _spared(exchange, offer, control, lead, at_ms)
        )

    return live


def _by_rule(exchange: Exchange, offer: Offer, control: Control, lead: bytes) -> Skip | None:
    """A share of the offer's own share: whom the lower one lets pass the higher one does too."""
    if control.health is None or (share := exchange.shares.get(offer.number)) is None:
        return None
    if lot(lead, offer.number) * ONE < offer.share * share:
        return None
    return Skip(offer.number, "lowered" if share else "paused_by_rule")


def _seldom_bids(exchange: Exchange, source: Source, offer: Offer, control: Control, lead: bytes) -> Skip | None:
    """Whom a lower share lets pass the higher ones do: who is lowered too is still asked about some of what is left."""
    if (rule := control.seldom) is None:
        return None
    known = exchange.bidders.of(source.number, offer.number, rule.after)
    if not hardly_bids(rule, known) or lot(lead, offer.number) * ONE < offer.share * rule.ask:
        return None
    return Skip(offer.number, "seldom_bids", answers=known.answers, bids=known.bids)


def _spared(exchange: Exchange, offer: Offer, control: Control, lead: bytes, at_ms: int) -> Skip | None:
    """Last of all, for who passes here is asked: that is counted."""
    if control.breaker is not None and exchange.breakers.keep_out(offer):
        return Skip(offer.number, "breaker_open")
    if not exchange.throttle.take(control.rates, at_ms):
        return Skip(offer.number, "throttled")
    if control.breaker is not None:
        exchange.breakers.let_through(offer, lead)
    return None


def lot(lead: bytes, offer: int) -> int:
    """A number below a million, spread evenly over leads, and apart for each offer; the same however often asked."""
    return int.from_bytes(blake2b(lead + offer.to_bytes(8, "big"), digest_size=8).digest(), "big") % ONE
