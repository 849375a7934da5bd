"""What each offer did with leads that it was asked for: how often it bid, how much, how often it took what it won."""

from collections.abc import Mapping
from statistics import median_low

import msgspec

from outbid.core.foresee.likeness import Key, keys_of, traits_of
from outbid.core.foresee.past import Past
from outbid.core.market.snapshot import Campaign

LEAST_ALIKE = 20
"""How many like leads must have been asked about, before their answers stand for another one."""
MOST_BIDS = 101
"""How many bids of a group are remembered: the last ones."""
MOST_GROUPS = 400_000
_PRIOR = 5
"""How many posts to others an offer's own few posts are weighed against."""


class Guess(msgspec.Struct, frozen=True):
    """What an offer would say: it bids in a share `rate` of like leads, and then this much (micros)."""

    rate: float
    price_micros: int


class _Group(msgspec.Struct):
    asked: int = 0
    answered: int = 0
    bids: list[int] = []
    guess: Guess | None = None

    def hear(self, price_micros: int | None) -> None:
        self.asked += 1
        if price_micros is None:
            return
        if len(self.bids) < MOST_BIDS:
            self.bids.append(price_micros)
        else:
            self.bids[self.answered % MOST_BIDS] = price_micros
        self.answered += 1


class Habits:
    """Learns from leads that came, then guesses. The first guess ends the learning of its group."""

    def __init__(self, campaigns: Mapping[int, Campaign]) -> None:
        self._traits = {number: traits_of(campaign) for number, campaign in campaigns.items()}
        self._groups: dict[int, dict[Key, _Group]] = {}
        self._posts: dict[int, tuple[int, int]] = {}
        self._count = 0

    def learn(self, past: Past) -> None:
        """Remember what offers said of a lead."""
        for sale in past.sales.values():
            if sale.status in ("sold", "rejected"):
                posted, accepted = self._posts.get(sale.offer, (0, 0))
                self._posts[sale.offer] = posted + 1, accepted + (sale.status == "sold")
        if not past.lines:
            return
        keys = tuple(keys_of(past, self._traits.get(past.campaign, ())))
        for number, line in past.lines.items():
            price = line.price_micros if line.outcome == "bid" and line.reason != "wrong_currency" else None
            groups = self._groups.setdefault(number, {})
            for key in keys:
                group = groups.get(key)
                if group is None:
                    if self._count >= MOST_GROUPS and key[0]:
                        continue
                    group = groups[key] = _Group()
                    self._count += 1
                group.hear(price)

    def bid(self, offer: int, past: Past) -> Guess | None:
        """What an offer would say of a lead: as of the leads most like it of which enough is known. None: unknown."""
        groups = self._groups.get(offer)
        if groups is None:
            return None
        for key in keys_of(past, self._traits.get(past.campaign, ())):
            group = groups.get(key)
            if group is not None and (group.asked >= LEAST_ALIKE or not key[0]):
                return _guess(group)
        return None

    def accepts(self, offer: int) -> float:
        """In which share of posts an offer buys. Of few posts the others' share is believed more."""
        posted = sum(posts for posts, _ in self._posts.values())
        bought = sum(accepted for _, accepted in self._posts.values())
        usual = bought / posted if posted else 1.0
        mine, taken = self._posts.get(offer, (0, 0))
        return (taken + _PRIOR * usual) / (mine + _PRIOR)


def _guess(group: _Group) -> Guess:
    if group.guess is None:
        price = median_low(group.bids) if group.bids else 0
        group.guess = Guess(group.answered / group.asked, price)
    return group.guess
