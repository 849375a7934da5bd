"""What keeps a buyer from being asked too often, or in vain, made ready: one value for an offer that sets any of it."""

import msgspec

from outbid.core.control.breaker import Breaker
from outbid.core.control.health import Health
from outbid.core.control.rate import Rate
from outbid.core.control.seldom import Seldom


class Control(msgspec.Struct, frozen=True):
    """What an offer, its buyer and its campaign set. An offer of which nothing is set has none."""

    rates: tuple[Rate, ...] = ()
    breaker: Breaker | None = None
    health: Health | None = None
    seldom: Seldom | None = None
