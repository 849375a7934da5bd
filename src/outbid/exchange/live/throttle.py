"""How often this process has asked in the present second, minute, hour or day, against its part of each limit."""

from outbid.core.control.rate import Rate


class Throttle:
    """Counts of pings by limit. Approximate over processes: each keeps to its part, and one that starts counts anew.

    `place` is the place of this process among those that live, and how many these are; the beat sets it.
    """

    def __init__(self) -> None:
        self.place = (0, 1)
        self._counts: dict[tuple[str, int], tuple[int, int]] = {}

    def take(self, rates: tuple[Rate, ...], at_ms: int) -> bool:
        """Count one ping in every limit; False, and nothing is counted, if one of them has none left."""
        place, of = self.place
        counted: list[tuple[tuple[str, int], tuple[int, int]]] = []
        for rate in rates:
            key, span = (rate.owner, rate.over_ms), at_ms // rate.over_ms
            known, count = self._counts.get(key, (span, 0))
            if known != span:
                count = 0
            if count >= rate.part(place, of):
                return False
            counted.append((key, (span, count + 1)))
        self._counts.update(counted)
        return True
