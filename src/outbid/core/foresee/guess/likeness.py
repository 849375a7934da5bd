"""What makes leads alike for a buyer: their source, and a few of the facts that decide."""

from collections import Counter
from collections.abc import Hashable, Iterator
from functools import cache
from itertools import combinations

from outbid.core.foresee.past import Past
from outbid.core.market.snapshot import Campaign
from outbid.core.match.filter import facts_read

MOST_FACTS = 3
_FEW_VALUES = ("text", "boolean")
Key = tuple[int, tuple[Hashable, ...]]
"""Which of the traits, as bits, and their values."""


def traits_of(campaign: Campaign) -> tuple[str, ...]:
    """The facts by which leads are alike: those that are tallied, then those that most filters read."""
    read = Counter(
        fact for offer in campaign.offers.values() if offer.node is not None for fact in facts_read(offer.node)
    )
    wanted = (*campaign.dimensions, *(fact for fact, _ in sorted(read.items(), key=lambda pair: (-pair[1], pair[0]))))
    known = [fact for fact in wanted if fact in campaign.facts and campaign.facts[fact].kind in _FEW_VALUES]
    return tuple(dict.fromkeys(known))[:MOST_FACTS]


def keys_of(past: Past, traits: tuple[str, ...]) -> Iterator[Key]:
    """The groups that a lead is in: leads alike in everything first, then in less and less, all leads at last."""
    values = (past.source, *(past.facts.get(fact) for fact in traits))
    for bits, places in _groups(len(values)):
        yield bits, tuple([values[place] for place in places])


@cache
def _groups(count: int) -> tuple[tuple[int, tuple[int, ...]], ...]:
    chosen = [places for size in range(count, -1, -1) for places in combinations(range(count), size)]
    return tuple((sum(1 << place for place in places), places) for places in chosen)
