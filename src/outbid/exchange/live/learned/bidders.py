"""How offers answered pings lately, by source: as all processes have counted it, and what this one heard since."""

from collections.abc import Mapping

from outbid.core.control.seldom import Answers

LEARN_EVERY_MS = 300_000
LOOKED_BACK_MS = 7 * 86_400_000
NOTHING = Answers()
Heard = dict[tuple[int, int], Answers]
"""By source and offer."""


class Bidders:
    """What is known of the offers with a rule of this kind that leads came for. Of the others nothing is kept.

    What this process hears is added at once, and forgotten when the tallies have it. The two may overlap by a second.
    """

    def __init__(self) -> None:
        self._wanted: dict[int, int] = {}
        self._known: set[int] = set()
        self._learned_ms = 0
        self._told: Heard = {}
        self._new: Heard = {}
        self._leaving: Heard = {}

    def of(self, source: int, offer: int, after: int) -> Answers:
        """How an offer, whose rule wants so many answers, answered about the leads of a source."""
        self._wanted[offer] = after
        key = source, offer
        known = self._told.get(key, NOTHING)
        for since in (self._leaving, self._new):
            if key in since:
                known = known.plus(since[key])
        return known

    def hear(self, source: int, offer: int, outcome: str) -> None:
        """What came of a ping. Who gave no answer, or none that is understood, has not said that he passes."""
        if outcome in ("bid", "pass"):
            key = source, offer
            self._new[key] = self._new.get(key, NOTHING).plus(Answers(1, int(outcome == "bid")))

    def due(self, now_ms: int) -> dict[int, int]:
        """The offers of which it should be looked up again, each with how many answers its rule wants.

        What was heard of them so far is in the tallies by then.
        """
        if now_ms < self._learned_ms + LEARN_EVERY_MS:
            due = {offer: after for offer, after in self._wanted.items() if offer not in self._known}
        else:
            due, self._learned_ms = dict(self._wanted), now_ms
        for key in [key for key in self._new if key[1] in due]:
            self._leaving[key] = self._leaving.get(key, NOTHING).plus(self._new.pop(key))
        return due

    def learn(self, offers: Mapping[int, int], told: Heard) -> None:
        """Take what the tallies say of these offers."""
        self._known |= offers.keys()
        self._told = {key: known for key, known in self._told.items() if key[1] not in offers} | told
        self._leaving = {key: heard for key, heard in self._leaving.items() if key[1] not in offers}
