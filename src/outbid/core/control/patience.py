"""For how long a round of pings waits: as long as its offers mostly need, within the deadlines of tier and seller."""

from collections.abc import Callable, Iterable
from math import inf
from typing import Literal

import msgspec

from outbid.core.lead.value import Scalar

LEAST_DEADLINE_MS = 50
Why = Literal["in_full", "little_known", "needed", "least"]


class Patience(msgspec.Struct, frozen=True):
    """A tier's rule. Shares in millionths.

    may_lose  no offer may lose the answers to more than this share of its pings
    least     so many pings of each offer must be known
    least_ms  no round is shorter
    in_full   the share of rounds that take the whole time, to learn
    """

    may_lose: int
    least: int
    least_ms: int
    in_full: int


class Need(msgspec.Struct, frozen=True, gc=False):
    """How long an offer must be waited for, as its last pings say: so many of them."""

    offer: int
    pings: int
    ms: int


class Wait(msgspec.Struct, frozen=True, array_like=True):
    """How long a round was to wait, and why. An array in the log, where a line ends at the first brace.

    whole_ms     the time that there was: the least of what tier, source and lead allow
    why          in_full: the lot says so; little_known: of `offer` too few pings are known; needed: `offer` needs so
                 long; least: nobody needs as long as a round takes at the least
    lot          drawn for this round, in millionths
    offer        the one that decides, with how many of its pings were known and how long it needs
    """

    deadline_ms: int
    whole_ms: int
    why: Why
    lot: int
    offer: int
    pings: int
    needs_ms: int


def whole_ms(tier_ms: int, source_ms: float, told: Scalar | None) -> float:
    """For how long a round may take at most. `told`: what the lead itself says, if its source lets it, and if it does.

    Whatever a lead says, there is time for an answer.
    """
    own = max(LEAST_DEADLINE_MS, told) if isinstance(told, int | float) else inf
    return min(tier_ms, source_ms, own)


def hardest(rule: Patience, needs: Iterable[Need]) -> Need:
    """The one that decides: of whom too little is known before all others, the least known first; then the slowest.

    Raises ValueError if there is none.
    """
    return max(needs, key=lambda need: (need.pings < rule.least, -min(need.pings, rule.least), need.ms, -need.offer))


def waits(rule: Patience, whole: float, lot: int, need: Need) -> Wait:
    """How long a round waits, by the offer that decides."""
    why: Why
    all_of_it = round(whole)
    if lot < rule.in_full:
        ms, why = all_of_it, "in_full"
    elif need.pings < rule.least:
        ms, why = all_of_it, "little_known"
    elif need.ms > rule.least_ms:
        ms, why = need.ms, "needed"
    else:
        ms, why = rule.least_ms, "least"
    return Wait(min(ms, all_of_it), all_of_it, why, lot, need.offer, need.pings, need.ms)


def in_words(wait: Wait, name: Callable[[int], str]) -> str:
    """How long a round was to wait, and why. `name`: how an offer is called."""
    if wait.why == "in_full":
        why = "to see who became faster"
    elif wait.why == "little_known":
        why = f"of {name(wait.offer)} only {wait.pings} pings were known"
    elif wait.why == "needed":
        why = f"{name(wait.offer)} needs {wait.needs_ms} ms, by its last {wait.pings} pings"
    else:
        why = f"nobody needs longer: {name(wait.offer)}, the slowest, needs {wait.needs_ms} ms"
    return f"waited up to {wait.deadline_ms} ms of {wait.whole_ms}: {why}"
