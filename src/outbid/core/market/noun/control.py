"""How often a buyer is asked, as people write it."""

from itertools import pairwise
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from outbid.core.market.noun.amount import Share, percent
from outbid.core.market.problem import SettingFault, checking

Count = Annotated[int, Meta(ge=1, le=1_000_000_000)]


class Pings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The most pings in each second, minute, hour or day (UTC), over all processes; absent: no limit."""

    per_second: Count | None = None
    per_minute: Count | None = None
    per_hour: Count | None = None
    per_day: Count | None = None


class Breaker(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Who gives no answer to several pings in a row is not asked, but for single leads that are tried.

    after    so many pings without an answer, one after another, open it
    first_s  after so many seconds a single lead is tried; after each that fails, twice as long
    most_s   but no longer than this
    good     so many answers, one after another, close it
    """

    after: Annotated[int, Meta(ge=2, le=1_000)] = 10
    first_s: Annotated[int, Meta(ge=1, le=3_600)] = 5
    most_s: Annotated[int, Meta(ge=1, le=86_400)] = 120
    good: Annotated[int, Meta(ge=1, le=100)] = 3

    def __post_init__(self) -> None:
        """It waits longer, never shorter."""
        if self.first_s > self.most_s:
            raise SettingFault("first_s", "a breaker's first_s is more than its most_s: it waits longer each time")


class Seldom(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Who hardly ever bids on the leads of a source is asked about few of them, until he bids again.

    after  how many answers about leads of the source there must be: the newest ones count
    under  so few of them are bids
    ask    the share of these leads about which he is asked still
    """

    after: Annotated[int, Meta(ge=5, le=1_000_000)] = 200
    under: Share = "1%"
    ask: Share = "5%"

    def __post_init__(self) -> None:
        """Shares are percentages; who is never asked could not be seen to bid again."""
        if percent(self.under) == 0 or percent(self.ask) == 0:
            raise ValueError("under and ask of seldom are more than 0%")


class Patience(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A round waits no longer than its offers mostly need to answer; its tier's `deadline_ms` is the longest.

    may_lose  no offer may lose the answers to more than this share of its pings by that
    least     how many pings of every offer that is asked must be known: the newest ones count
    least_ms  no round is shorter
    in_full   the share of rounds that take the whole time, to see who became faster
    """

    may_lose: Share = "5%"
    least: Annotated[int, Meta(ge=5, le=100_000)] = 200
    least_ms: Annotated[int, Meta(ge=10, le=120_000)] = 80
    in_full: Share = "2%"

    def __post_init__(self) -> None:
        """Shares are percentages; who is never waited for in full could not win his time back."""
        with checking("may_lose"):
            lost = percent(self.may_lose)
        with checking("in_full"):
            full = percent(self.in_full)
        if not 0 < lost < percent("100%"):
            raise SettingFault("may_lose", "may_lose of a patience is more than 0% and less than 100%")
        if full == 0:
            raise SettingFault("in_full", "in_full of a patience is more than 0%")


class HealthRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is too bad of an offer's cases, gathered in lots.

    measure  rejects: posts that were rejected, of those with a clear end; uncertain: posts without one; timeouts: pings
             without an answer in time; errors: pings answered by a fault or nonsense; slow: answers to pings that took
             longer than `slow_ms`
    over     more than this is bad
    under    no more than this is good; absent: half of `over`. Between the two nothing changes
    least    how many cases a lot needs
    slow_ms  for `slow` alone
    then     what follows from a bad lot: one step down, or a pause at once
    """

    measure: Literal["rejects", "uncertain", "timeouts", "errors", "slow"]
    over: Share
    under: Share | None = None
    least: Annotated[int, Meta(ge=5, le=1_000_000)] = 50
    slow_ms: Annotated[int, Meta(ge=1, le=120_000)] | None = None
    then: Literal["lower", "pause"] = "lower"

    def __post_init__(self) -> None:
        """Shares are percentages, good is no more than bad, and what is slow is said."""
        with checking("over"):
            over = percent(self.over)
        with checking("under"):
            under = None if self.under is None else percent(self.under)
        if under is not None and under > over:
            raise SettingFault("under", "a rule's under is more than its over")
        if (self.slow_ms is None) == (self.measure == "slow"):
            raise SettingFault("slow_ms", "slow_ms goes with the measure slow, and with no other")


class Health(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """When an offer takes part in fewer of the leads that match, and when in more again.

    steps         the shares on the way down; below the last one it is paused
    window_s      a lot that has too few cases by then is dropped
    dwell_s       for how long nothing is judged after a step
    pause_s       how long a pause is; then the lowest step is tried
    most_pause_s  each pause that follows is twice as long, up to this
    """

    rules: Annotated[tuple[HealthRule, ...], Meta(min_length=1, max_length=8)]
    steps: Annotated[tuple[Share, ...], Meta(min_length=1, max_length=9)] = ("50%", "25%", "10%")
    window_s: Annotated[int, Meta(ge=10, le=86_400)] = 900
    dwell_s: Annotated[int, Meta(ge=1, le=3_600)] = 60
    pause_s: Annotated[int, Meta(ge=1, le=86_400)] = 300
    most_pause_s: Annotated[int, Meta(ge=1, le=604_800)] = 7_200

    def __post_init__(self) -> None:
        """The steps go down, and there is one bound of what is slow."""
        with checking("steps"):
            shares = [percent(step) for step in ("100%", *self.steps, "0%")]
        if any(after >= before for before, after in pairwise(shares)):
            raise SettingFault("steps", "the steps of health go down, between 100% and 0%")
        if len({rule.slow_ms for rule in self.rules if rule.slow_ms is not None}) > 1:
            raise SettingFault("rules", "all rules for slow answers of one offer have the same slow_ms")
        if self.pause_s > self.most_pause_s:
            raise SettingFault("pause_s", "pause_s is more than most_pause_s: pauses become longer")
