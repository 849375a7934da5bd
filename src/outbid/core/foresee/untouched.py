"""Which leads a change cannot touch: what became of them under the market as it is becomes of them under the other.

Two things could make a difference: the rules that a lead is played by, and what earlier leads took of its accounts.
"""

from collections.abc import Mapping

import msgspec

from outbid.core.foresee.accounts import Accounts
from outbid.core.foresee.past import Past
from outbid.core.foresee.play import Played
from outbid.core.lead.value import Scalar
from outbid.core.market.noun import Noun
from outbid.core.market.snapshot import Market, Offer, Source

MOST_LOOKED_AT = 32
"""Where more offers of a campaign changed, to look at each of them costs as much as another play."""
_OF_FILTER = ("filter",)
_NOT_PLAYED = ("delivery", "private_targets", "post_ms", "doubt", "pings", "breaker", "health", "notices")


class _Changed(msgspec.Struct, frozen=True):
    """An offer in both markets. `alike`: it differs in its filter at most, of all that a play reads."""

    before: Offer | None
    after: Offer | None
    alike: bool


class Untouched:
    """Compares two markets lead by lead, and follows which accounts stand otherwise in the changed one."""

    def __init__(self, unchanged: Market, changed: Market, accounts: tuple[Accounts, Accounts]) -> None:
        self._markets, self._accounts = (unchanged, changed), accounts
        self._by_source: dict[int, list[_Changed] | None] = {}
        self._otherwise: set[bytes] = set()

    def holds(self, past: Past, played: Played) -> bool:
        """Whether a lead, as it was `played` under the market as it is, is the same under the changed one."""
        found = self._of_source(past.source)
        if found is None or any(_may_differ(one, past.facts) for one in found):
            return False
        if not self._otherwise:
            return True
        return self._otherwise.isdisjoint([account.id for accounts in played.asked for account in accounts])

    def note(self, unchanged: Played, changed: Played) -> None:
        """A lead was played under both: know the accounts that it left otherwise, or alike again."""
        before, after = self._accounts
        for taking in (*unchanged.takings, *changed.takings):
            for account in taking.accounts:
                if before.taken(account) == after.taken(account):
                    self._otherwise.discard(account.id)
                else:
                    self._otherwise.add(account.id)

    def _of_source(self, source: int) -> list[_Changed] | None:
        """The offers that changed for a source's leads; None if anything else changed, or too many did."""
        if source not in self._by_source:
            self._by_source[source] = self._compared(*(market.sources.get(source) for market in self._markets))
        return self._by_source[source]

    def _compared(self, before: Source | None, after: Source | None) -> list[_Changed] | None:
        if before is None or after is None or not self._same_rules(before, after):
            return None
        was, now = before.campaign.offers, after.campaign.offers
        numbers = [number for number in was.keys() | now.keys() if was.get(number) is not now.get(number)]
        if len(numbers) > MOST_LOOKED_AT:
            return None
        return [self._changed(was.get(number), now.get(number)) for number in numbers]

    def _same_rules(self, before: Source, after: Source) -> bool:
        """Whether sources are alike, and their campaigns but for the offers in them."""
        names = [name for name in before.__struct_fields__ if name != "campaign"]
        return self._stands("campaign", before.campaign.slug) and all(
            getattr(before, name) == getattr(after, name) for name in names
        )

    def _changed(self, before: Offer | None, after: Offer | None) -> _Changed:
        if before is None or after is None:
            return _Changed(before, after, alike=False)
        was, now = (market.nouns["offer"][before.slug][1] for market in self._markets)
        return _Changed(before, after, _plays(was) == _plays(now) and self._same_buyer(before))

    def _same_buyer(self, offer: Offer) -> bool:
        unchanged = self._markets[0]
        slug = unchanged.name("buyer", offer.buyer)
        group = getattr(unchanged.nouns["buyer"][slug][1], "group", None)
        return self._stands("buyer", slug) and (group is None or self._stands("group", group))

    def _stands(self, kind: str, slug: str) -> bool:
        was, now = (market.nouns.get(kind, {}).get(slug) for market in self._markets)
        return was == now


def _plays(offer: Noun) -> dict[str, object]:
    """What a play reads of an offer beside its filter."""
    told = msgspec.structs.asdict(offer)
    return {name: value for name, value in told.items() if name not in _OF_FILTER + _NOT_PLAYED}


def _may_differ(one: _Changed, facts: Mapping[str, Scalar]) -> bool:
    """Whether an offer that changed may play another part for a lead."""
    before, after = (offer is not None and _takes(offer, facts) for offer in (one.before, one.after))
    return before != after or (before and not one.alike)


def _takes(offer: Offer, facts: Mapping[str, Scalar]) -> bool:
    return not offer.paused and (offer.matches is None or offer.matches(facts))
