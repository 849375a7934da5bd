"""How many leads each offer has won today: by this process at once, by the others a few seconds later."""

from collections.abc import Iterable, Mapping

DAY_MS = 86_400_000
LEARN_EVERY_MS = 3_000


class Wins:
    """Counts of the present UTC day. Those of other processes are looked up only for offers whose tier asks for it."""

    def __init__(self) -> None:
        self._day = 0
        self._mine: dict[int, int] = {}
        self._all: dict[int, int] = {}
        self._wanted: set[int] = set()
        self._learned_ms = 0

    def on(self, at_ms: int) -> dict[int, int]:
        """Wins by offer on the day of an instant, as far as that is today."""
        today = at_ms // DAY_MS
        if today != self._day:
            self._day, self._mine, self._all = today, {}, {}
        return self._all

    def count(self, offer: int, at_ms: int) -> None:
        """An offer has won."""
        won = self.on(at_ms)
        won[offer] = won.get(offer, 0) + 1
        self._mine[offer] = self._mine.get(offer, 0) + 1

    def want(self, offers: Iterable[int]) -> None:
        """These take part in a round whose method ranks by wins."""
        self._wanted.update(offers)

    def due(self, now_ms: int) -> list[int]:
        """The offers of which it should be looked up now what others sold to them."""
        if not self._wanted or now_ms < self._learned_ms + LEARN_EVERY_MS:
            return []
        wanted, self._wanted = sorted(self._wanted), set()
        return wanted

    def learn(self, offers: Iterable[int], others: Mapping[int, int], now_ms: int) -> None:
        """Take what the other processes sold to each of the offers since the day began."""
        won = self.on(now_ms)
        self._learned_ms = now_ms
        won.update({offer: self._mine.get(offer, 0) + others.get(offer, 0) for offer in offers})
