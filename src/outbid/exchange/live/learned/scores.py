"""How posts ended lately: as all processes have counted it, and what this one saw since."""

from collections.abc import Iterable, Mapping

from outbid.core.contract import Ends, Record
from outbid.core.lead.event import Standing
from outbid.core.market.snapshot import Campaign, Source

LEARN_EVERY_MS = 300_000
LOOKED_BACK_MS = 14 * 86_400_000
Counts = dict[tuple[int, int], Ends]
"""By source and offer."""
NOTHING = Ends()


class Scores:
    """Counts of each campaign whose methods ask for them.

    What this process sees is added at once, and forgotten when the tallies have it: so 200 posts of one minute are
    felt in the next. The two may overlap by a second; it is an estimate.
    """

    def __init__(self) -> None:
        self._learned_ms: dict[int, int] = {}
        self._told: dict[int, Counts] = {}
        self._new: dict[int, Counts] = {}
        self._leaving: dict[int, Counts] = {}
        self._wide: dict[int, tuple[dict[int, Ends], Ends]] = {}

    def record(self, campaign: int, source: int, offer: int) -> Record:
        """How posts to an offer ended: from a source, from all sources, and those to all offers of its campaign."""
        self._learned_ms.setdefault(campaign, 0)
        if campaign not in self._wide:
            self._sum_up(campaign)
        offers, whole = self._wide[campaign]
        here = _sum(counts.get((source, offer), NOTHING) for counts in self._of(campaign))
        return Record(here, offers.get(offer, NOTHING), whole)

    def note(self, campaign: int, source: int, offer: int, *, accepted: bool) -> None:
        """A post ended."""
        if campaign not in self._learned_ms:
            return
        one = Ends(int(accepted), 1)
        new = self._new.setdefault(campaign, {})
        new[source, offer] = new.get((source, offer), NOTHING).plus(one)
        if (wide := self._wide.get(campaign)) is not None:
            offers, whole = wide
            offers[offer] = offers.get(offer, NOTHING).plus(one)
            self._wide[campaign] = offers, whole.plus(one)

    def standings(
        self, campaign: Campaign, source: Source, tier: int, offers: Iterable[int], draw: float, won: Mapping[int, int]
    ) -> dict[int, Standing]:
        """What of each offer is known in this moment, where the tier's method asks for it or there is something."""
        score = campaign.tiers[tier].score
        if score is None:
            return {number: Standing(won[number]) for number in offers if number in won}
        found = {}
        for number in offers:
            now = score(self.record(campaign.number, source.number, number), draw)
            found[number] = Standing(won.get(number, 0), now.value, now.explored)
        return found

    def due(self, now_ms: int) -> list[int]:
        """The campaigns of which it should be looked up again. What was seen so far is in the tallies by then."""
        due = [campaign for campaign, at_ms in self._learned_ms.items() if at_ms + LEARN_EVERY_MS <= now_ms]
        for campaign in due:
            leaving = self._leaving.setdefault(campaign, {})
            for key, ends in self._new.pop(campaign, {}).items():
                leaving[key] = leaving.get(key, NOTHING).plus(ends)
        return due

    def learn(self, counts: Mapping[int, Counts], now_ms: int) -> None:
        """Take what the tallies of campaigns say."""
        for campaign, told in counts.items():
            self._learned_ms[campaign], self._told[campaign] = now_ms, told
            self._leaving.pop(campaign, None)
            self._wide.pop(campaign, None)

    def _of(self, campaign: int) -> list[Counts]:
        return [of[campaign] for of in (self._told, self._leaving, self._new) if campaign in of]

    def _sum_up(self, campaign: int) -> None:
        offers: dict[int, Ends] = {}
        for counts in self._of(campaign):
            for (_, offer), ends in counts.items():
                offers[offer] = offers.get(offer, NOTHING).plus(ends)
        self._wide[campaign] = offers, _sum(offers.values())


def _sum(some: Iterable[Ends]) -> Ends:
    total = NOTHING
    for ends in some:
        total = total.plus(ends)
    return total
