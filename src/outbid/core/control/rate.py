"""The most pings in a span of time, and how the processes that live share it."""

import msgspec


class Rate(msgspec.Struct, frozen=True):
    """At most so many pings in each span of `over_ms`, which begin at whole multiples of it in UTC.

    `owner` is whose limit it is, such as `offer:42`: the offers of a buyer share `buyer:7`.
    """

    owner: str
    over_ms: int
    most: int

    def part(self, place: int, of: int) -> int:
        """How many of them fall to one process, the one at `place` (from 0) among those `of` that live.

        The parts of all add up to the whole, so a limit of fewer pings than there are processes is kept too.
        """
        return self.most * (place + 1) // of - self.most * place // of
