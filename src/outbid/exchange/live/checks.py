"""Everything live that may keep an offer out of a round, in a fixed order; what it says is recorded."""

from hashlib import blake2b

from outbid.core.control.control import Control
from outbid.core.lead.event import Skip
from outbid.core.market.snapshot import Market, Offer, Source
from outbid.core.match.match import Live
from outbid.core.money import ONE
from outbid.exchange.exchange import Exchange


def live_checks(exchange: Exchange, pinned: Market, source: Source, lead: bytes, at_ms: int) -> Live:
    """The live checks of a lead's round, as `core/match` asks for them."""
    room = exchange.rooms.of(exchange.market, pinned, source, at_ms)

    def live(offer: Offer, least_micros: int) -> Skip | None:
        if offer.share < ONE and lot(lead, offer.number) >= offer.share:
            return Skip(offer.number, "not_in_share")
        skip = room(offer, least_micros)
        if skip is not None or offer.control is None:
            return skip
        return _kept_back(exchange, offer, offer.control, lead, at_ms)

    return live


def _kept_back(exchange: Exchange, offer: Offer, control: Control, lead: bytes, at_ms: int) -> Skip | None:
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
