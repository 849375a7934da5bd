"""Limits of pings, breakers, rules of health and patience made ready."""

from outbid.core.control.breaker import Breaker
from outbid.core.control.control import Control
from outbid.core.control.health import Health, Rule
from outbid.core.control.patience import Patience
from outbid.core.control.rate import Rate
from outbid.core.control.seldom import Seldom
from outbid.core.market import noun as spec
from outbid.core.market.making.terms import Fault

_SPANS_MS = {"per_second": 1_000, "per_minute": 60_000, "per_hour": 3_600_000, "per_day": 86_400_000}


def control_of(number: int, offer: spec.Offer, buyer_number: int, buyer: spec.Buyer, campaign: spec.Campaign) -> (
    Control | None
):  # fmt: skip
    """What keeps an offer from being asked; None if nothing is set. Raises Fault."""
    health = _health(offer.health or campaign.health)
    rates: tuple[Rate, ...] = ()
    breaker, seldom = None, None
    direct = offer.price is not None or bool(offer.prices)
    if not direct:
        rates = _rates(f"offer:{number}", offer.pings) + _rates(f"buyer:{buyer_number}", buyer.pings)
        breaker = _breaker(offer.breaker or campaign.breaker)
        seldom = _seldom(offer.seldom or campaign.seldom)
    for name in ("pings", "breaker", "seldom"):
        if direct and getattr(offer, name) is not None:
            raise Fault((name,), "an offer with a fixed price is not pinged")
    control = Control(rates, breaker, health, seldom)
    return control if control != Control() else None


def _rates(owner: str, pings: spec.Pings | None) -> tuple[Rate, ...]:
    if pings is None:
        return ()
    mosts = ((span_ms, getattr(pings, name)) for name, span_ms in _SPANS_MS.items())
    return tuple(Rate(owner, span_ms, most) for span_ms, most in mosts if most is not None)


def _breaker(set_: spec.Breaker | None) -> Breaker | None:
    if set_ is None:
        return None
    return Breaker(set_.after, set_.first_s * 1_000, set_.most_s * 1_000, set_.good)


def _seldom(set_: spec.Seldom | None) -> Seldom | None:
    return None if set_ is None else Seldom(set_.after, spec.percent(set_.under), spec.percent(set_.ask))


def patience_of(set_: spec.Patience | None) -> Patience | None:
    """A tier's patience, with shares in millionths."""
    if set_ is None:
        return None
    return Patience(spec.percent(set_.may_lose), set_.least, set_.least_ms, spec.percent(set_.in_full))


def _health(set_: spec.Health | None) -> Health | None:
    if set_ is None:
        return None
    return Health(
        tuple(_rule(rule) for rule in set_.rules),
        tuple(spec.percent(step) for step in set_.steps),
        set_.window_s * 1_000,
        set_.dwell_s * 1_000,
        set_.pause_s * 1_000,
        set_.most_pause_s * 1_000,
    )


def _rule(rule: spec.HealthRule) -> Rule:
    over = spec.percent(rule.over)
    under = over // 2 if rule.under is None else spec.percent(rule.under)
    return Rule(rule.measure, over, under, rule.least, rule.slow_ms or 0, rule.then == "pause")
