"""When a buyer who turned bad is asked less, and when more again: step by step, on figures, and never to and fro.

Cases are gathered in lots. A lot that has enough of them is judged once, and then the next one begins; so every step
rests on cases of its own, and none is taken on a handful. After each step nothing is judged for a while, for what is
under way then belongs to the step before.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec
from msgspec.structs import replace

from outbid.core.money import ONE

Measure = Literal["rejects", "uncertain", "timeouts", "errors", "slow"]
Stage = Literal["full", "lowered", "paused", "trying"]
Why = Literal["worse", "better", "few", "tried_again", "reset"]
Verdict = Literal["", "bad", "between", "few", "good"]


class Rule(msgspec.Struct, frozen=True):
    """What is too bad. Shares in millionths.

    over, under  of the cases more than this is bad, no more than that is good; between them nothing is done
    least        how many cases a lot needs
    slow_ms      for `slow`: an answer to a ping that took longer is a bad case
    pauses       a bad lot pauses at once
    """

    measure: Measure
    over: int
    under: int
    least: int
    slow_ms: int = 0
    pauses: bool = False


class Health(msgspec.Struct, frozen=True):
    """The rules of an offer, and how its share goes down and up.

    steps       the shares on the way down, in millionths; below the last one it is paused
    window_ms   a lot that has not enough cases by then is dropped
    dwell_ms    for how long nothing is judged after a step
    pause_ms    how long a pause is; each one that follows before it was well is twice as long, up to `most_pause_ms`
    """

    rules: tuple[Rule, ...]
    steps: tuple[int, ...]
    window_ms: int
    dwell_ms: int
    pause_ms: int
    most_pause_ms: int

    @property
    def lowest(self) -> int:
        """The level at which it is paused; 0 is full, those between are the steps."""
        return len(self.steps) + 1

    def share_at(self, level: int) -> int:
        """In how many of the leads that match an offer at a level takes part, in millionths."""
        return ONE if level == 0 else 0 if level >= self.lowest else self.steps[level - 1]


class Count(msgspec.Struct, frozen=True):
    """Cases of a measure so far, and the bad ones among them."""

    cases: int = 0
    bad: int = 0


class Lot(msgspec.Struct, frozen=True):
    """Since when and from which count on cases are gathered, and what the lot before was, since the last step."""

    since_ms: int
    start: Count
    verdict: Verdict = ""


class Standing(msgspec.Struct, frozen=True):
    """Where an offer stands. `pauses`: how many there were since it was well; `lots`: one a rule, none yet if empty."""

    level: int = 0
    since_ms: int = 0
    pauses: int = 0
    lots: tuple[Lot, ...] = ()

    def stage(self, health: Health) -> Stage:
        """In a word. `trying` is the lowest step, after a pause."""
        if self.level >= health.lowest:
            return "paused"
        if self.level == 0:
            return "full"
        return "trying" if self.pauses and self.level == len(health.steps) else "lowered"


class Figure(msgspec.Struct, frozen=True):
    """What a lot came to."""

    measure: Measure
    cases: int
    bad: int


class Action(msgspec.Struct, frozen=True):
    """A step, and what it rests on."""

    level: int
    why: Why
    figures: tuple[Figure, ...] = ()


def judge(health: Health, standing: Standing, counts: Sequence[Count], now_ms: int) -> tuple[Standing, Action | None]:
    """What follows from the counts of now, one a rule in its order: where an offer stands, and a step if one is due."""
    if standing.level >= health.lowest:
        pause_ms = min(health.pause_ms << min(max(standing.pauses - 1, 0), 20), health.most_pause_ms)
        if now_ms - standing.since_ms < pause_ms:
            return standing, None
        return _step(health, standing, health.lowest - 1, "tried_again", (), now_ms)
    fresh = tuple(Lot(now_ms, count) for count in counts)
    if now_ms - standing.since_ms < health.dwell_ms or len(standing.lots) != len(counts):
        return replace(standing, lots=fresh), None
    seen = [_look(health, *case, now_ms) for case in zip(health.rules, standing.lots, counts, strict=True)]
    if bad := [place for place, verdict in enumerate(seen) if verdict == "bad"]:
        down = health.lowest if any(health.rules[place].pauses for place in bad) else standing.level + 1
        return _step(health, standing, down, "worse", _figures(health, standing, counts, bad), now_ms)
    lots = tuple(
        replace(new, verdict=verdict) if verdict else lot
        for lot, new, verdict in zip(standing.lots, fresh, seen, strict=True)
    )
    if not all(lot.verdict in ("good", "few") for lot in lots):
        return replace(standing, lots=lots), None
    if standing.level == 0:
        return Standing(0, standing.since_ms, 0, fresh), None
    good = [place for place, verdict in enumerate(seen) if verdict in ("good", "few")]
    why: Why = "better" if any(lot.verdict == "good" for lot in lots) else "few"
    return _step(health, standing, standing.level - 1, why, _figures(health, standing, counts, good), now_ms)


def reset(standing: Standing, now_ms: int) -> tuple[Standing, Action]:
    """Somebody says that it is well."""
    return Standing(0, now_ms), Action(0, "reset")


def _look(health: Health, rule: Rule, lot: Lot, count: Count, now_ms: int) -> Verdict:
    """What a lot is; empty while it is gathered. One without enough cases is well if the few that it has are."""
    cases, bad = count.cases - lot.start.cases, count.bad - lot.start.bad
    is_good = bad * ONE <= rule.under * cases
    if cases >= rule.least:
        return "bad" if bad * ONE > rule.over * cases else "good" if is_good else "between"
    if now_ms - lot.since_ms < health.window_ms:
        return ""
    return "few" if is_good else "between"


def _step(
    health: Health, standing: Standing, level: int, why: Why, figures: tuple[Figure, ...], now_ms: int
) -> tuple[Standing, Action]:
    level = min(level, health.lowest)
    pauses = standing.pauses + (level == health.lowest)
    return Standing(level, now_ms, pauses), Action(level, why, figures)


def _figures(health: Health, standing: Standing, counts: Sequence[Count], places: list[int]) -> tuple[Figure, ...]:
    return tuple(
        Figure(
            health.rules[place].measure,
            counts[place].cases - standing.lots[place].start.cases,
            counts[place].bad - standing.lots[place].start.bad,
        )
        for place in places
    )
