"""What a lead is worth to a buyer: a score of what the lead tells, laid over the range that he bids."""

import datetime
from collections.abc import Mapping
from typing import Any

from outbid.cli.demo.buying.profiles import Range, Taste
from outbid.cli.demo.draws import share
from outbid.core.money import ONE

Lead = Mapping[str, Any]
CENT = ONE // 100
UNKNOWN = 0.5
"""The score of what the lead does not tell."""
POOREST, SPREAD = 0.4, 0.55
"""The mean of several sides seldom comes near its ends; this stretch makes bids use the whole range."""
_YES = frozenset({True, "true", "yes", "1"})


def bid(lead: Lead, bids: Range, taste: Taste, buyer: str, seed: int, mood: float) -> int:
    """The price in micros, in whole cents, never outside the range."""
    sides = (
        (taste.age, _age_score(lead)),
        (taste.vehicle, _between(number_at(lead, "vehicle_year"), 1998, 2024)),
        (taste.insured, _insured_score(value_at(lead, "insured"))),
        (taste.incidents, _between(number_at(lead, "incidents"), 5, 0)),
        (taste.state, share(seed, buyer, "state", str(value_at(lead, "state")))),
        (taste.mood, mood),
    )
    score = sum(weight * part for weight, part in sides) / sum(weight for weight, _ in sides)
    low, high = bids
    return low + round((high - low) * _between(score, POOREST, POOREST + SPREAD) / CENT) * CENT


def _age_score(lead: Lead) -> float:
    """Best around 45; the young have accidents, the old drive little and change insurers seldom."""
    age = number_at(lead, "birth_date_age")
    if age is None:
        age = _age_from(value_at(lead, "birth_date"))
    return UNKNOWN if age is None else max(0.0, 1 - abs(age - 45) / 40)


def _age_from(text: Any) -> float | None:
    try:
        born = datetime.date.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return (datetime.date.today() - born).days / 365.25


def _insured_score(insured: Any) -> float:
    """Who is insured has shown that he pays."""
    if insured is None or isinstance(insured, dict | list):
        return UNKNOWN
    return 1.0 if (insured.lower() if isinstance(insured, str) else insured) in _YES else 0.25


def _between(number: float | None, worst: float, best: float) -> float:
    """0 at the worst and beyond, 1 at the best and beyond."""
    return UNKNOWN if number is None else min(1.0, max(0.0, (number - worst) / (best - worst)))


def value_at(lead: Lead, name: str) -> Any:
    """A value by its dotted name, written flat or nested; None if it is not there."""
    if name in lead:
        return lead[name]
    head, dot, rest = name.partition(".")
    inner = lead.get(head) if dot else None
    return value_at(inner, rest) if isinstance(inner, dict) else None


def number_at(lead: Lead, name: str) -> float | None:
    """A number by its dotted name; None if there is none."""
    value = value_at(lead, name)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if abs(number) < 1e9 else None
