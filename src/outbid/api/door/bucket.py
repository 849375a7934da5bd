"""How often somebody may ask: token buckets, kept in this process alone."""

from collections.abc import Callable
from math import ceil

import msgspec

from outbid.recent import Recent

MOST_BUCKETS = 10_000


class Left(msgspec.Struct, frozen=True):
    """What is left to an asker: how much at once, how much now, and after how many seconds all of it again."""

    limit: int
    remaining: int
    reset_s: int

    @property
    def headers(self) -> dict[str, str]:
        """The three headers of an answer."""
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset_s),
        }


class Buckets:
    """One bucket of tokens for each name: `rate` come each second, at most `burst` lie in it.

    Each process counts for itself, so several processes together allow a multiple; a name that was not seen for long
    begins again with a full bucket.
    """

    def __init__(self, rate: float, burst: int, now: Callable[[], float]) -> None:
        self._rate, self._burst, self._now = rate, burst, now
        self._kept: Recent[str, tuple[float, float]] = Recent(MOST_BUCKETS)

    def take(self, name: str) -> int:
        """Take a token: 0 if there was one, else the seconds until there is."""
        tokens = self._tokens(name)
        if tokens < 1:
            return max(1, ceil((1 - tokens) / self._rate))
        self._kept.put(name, (tokens - 1, self._now()))
        return 0

    def give_back(self, name: str) -> None:
        """Put back a token that was taken and should not count."""
        self._kept.put(name, (min(self._burst, self._tokens(name) + 1), self._now()))

    def left(self, name: str) -> Left:
        """What is left for a name."""
        tokens = self._tokens(name)
        return Left(self._burst, int(tokens), ceil((self._burst - tokens) / self._rate))

    def _tokens(self, name: str) -> float:
        kept = self._kept.get(name)
        if kept is None:
            return float(self._burst)
        tokens, at = kept
        return min(float(self._burst), tokens + (self._now() - at) * self._rate)
