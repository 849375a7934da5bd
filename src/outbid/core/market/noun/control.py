"""How often a buyer is asked, as people write it."""

from typing import Annotated

import msgspec
from msgspec import Meta

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
            raise ValueError("a breaker's first_s is more than its most_s: it waits longer each time")
