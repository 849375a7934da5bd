"""How fast an offer answers, learned from pings of which some were not watched to their end.

Whoever is cut off at a deadline did not answer within it, and nobody knows when he would have. Counting him as slow
would be as wrong as leaving him out. The product-limit estimate (Kaplan and Meier, 1958) takes from each ping what it
tells: that there was no answer for as long as it was watched.
"""

from collections.abc import Sequence

import msgspec

from outbid.core.money import ONE
from outbid.core.tally.histogram import BUCKETS, bucket_of, least_of, merged

_SLIP = 1e-9
"""Shares are products of floats: what is equal may look a little less."""


class Answering(msgspec.Struct):
    """Pings of one offer.

    answered  how many answers came after so long: by bucket of a log scale
    left      how many were watched only until then, and had no answer yet
    silent    how many had none in the whole time, or failed: waiting longer gains nothing
    """

    answered: list[int] = msgspec.field(default_factory=lambda: [0] * BUCKETS)
    left: list[int] = msgspec.field(default_factory=lambda: [0] * BUCKETS)
    silent: int = 0
    pings: int = 0

    def hear(self, ms: int) -> None:
        """An answer came."""
        self.answered[bucket_of(ms)] += 1
        self.pings += 1

    def leave(self, ms: int) -> None:
        """There was none until then, and nobody looked any longer."""
        self.left[bucket_of(ms)] += 1
        self.pings += 1

    def fail(self) -> None:
        """There was none, and waiting would not have helped."""
        self.silent += 1
        self.pings += 1

    def plus(self, other: "Answering") -> "Answering":
        """Both together."""
        answered, left = merged(self.answered, other.answered), merged(self.left, other.left)
        return Answering(answered, left, self.silent + other.silent, self.pings + other.pings)


def shares(known: Answering) -> list[float]:
    """Of all pings, the share that is answered by the end of each bucket.

    Who is left leaves before the answers of his bucket: deadlines are where a bucket begins.
    """
    watched, unanswered, found = known.pings, 1.0, []
    for answers, left in zip(known.answered, known.left, strict=True):
        watched -= left
        if answers:
            unanswered *= 1 - answers / watched
            watched -= answers
        found.append(1 - unanswered)
    return found


def needs_ms(known: Answering, may_lose: int) -> int:
    """After how long no more than so many millionths of the pings would still be answered.

    That is where a bucket ends; 0: not even without waiting for anybody, or of nothing known.
    """
    by = shares(known)
    enough = by[-1] - may_lose / ONE - _SLIP
    if enough <= 0:
        return 0
    return least_of(next(bucket for bucket, share in enumerate(by) if share >= enough) + 1)


def quantile_ms(known: Answering, share: float) -> int | None:
    """The milliseconds within which a share (0 to 1) of the answers comes: the middle of a bucket. None: no answers."""
    return quantile_of(shares(known), share)


def quantile_of(by: Sequence[float], share: float) -> int | None:
    """The same of shares that are there already."""
    if by[-1] <= 0:
        return None
    bucket = next(bucket for bucket, part in enumerate(by) if part >= share * by[-1] - _SLIP)
    return (least_of(bucket) + least_of(bucket + 1) - 1) // 2
