"""All that the operator set, at one version."""

from collections.abc import Mapping

import msgspec

from outbid.core.ledger.account import Limit, Limits
from outbid.core.market.noun import Noun
from outbid.core.market.problem import Problem
from outbid.core.market.snapshot.campaign import Campaign
from outbid.core.market.snapshot.offer import Offer
from outbid.core.market.snapshot.source import Source

Rows = Mapping[str, Mapping[str, tuple[int, Noun]]]
"""Nouns as the operator set them: kind → slug → (number, noun)."""


Barring = tuple[frozenset[tuple[tuple[str, ...], bool]], frozenset[str]]
"""How duplicate rules tell persons, by which fields and whether by all together; and the owners of lists."""


class Holder(msgspec.Struct, frozen=True):
    """Whom a key speaks for. `number` is the owner's; 0 for the house."""

    key: str
    kind: str
    number: int
    test: bool


class Market:
    """Everything that an operator set, at one version.

    `secrets` are the ones that were filled in, `refers` tells which a noun (kind, slug) refers to, `lacks` where one is
    that was not there.
    """

    def __init__(
        self,
        version: int,
        campaigns: Mapping[int, Campaign],
        sources: Mapping[int, Source],
        offers: Mapping[int, Offer],
        keys: Mapping[str, Holder],
        names: Mapping[tuple[str, int], str],
        nouns: Rows,
        secrets: Mapping[str, str] | None = None,
        refers: Mapping[tuple[str, str], frozenset[str]] | None = None,
        lacks: tuple[Problem, ...] = (),
    ) -> None:
        self.secrets = secrets or {}
        self.refers = refers or {}
        self.lacks = lacks
        self.version = version
        self.campaigns = campaigns
        self.sources = sources
        self.offers = offers
        self.keys = keys
        self.names = names
        self.nouns = nouns
        self.spoken = {source.slug: source for source in sources.values() if source.spoken is not None}
        self._limits: dict[int, Limits] = {}
        self._notifies: dict[int, bool] = {}
        self._barring: dict[int, Barring] = {}

    def limits(self, source: Source, offer: Offer) -> Limits:
        """Every account that a sale of this source to this offer must find room in."""
        return offer.limits_of(source.number, source.limits, source.pairs, self.version)

    def source_limits(self, source: Source) -> Limits:
        """The accounts of source, seller and campaign alone."""
        if (found := self._limits.get(source.number)) is None:
            found = self._limits[source.number] = Limits(source.limits, self.version)
        return found

    def every_limit(self, before: "Market | None" = None) -> list[Limit]:
        """All limits that are set, once for each noun that they bind; or only those of nouns changed since `before`.

        What did not change since is the same object in both.
        """
        offers = {} if before is None else before.offers
        sources = {} if before is None else before.sources
        nouns: list[Offer | Source] = [o for number, o in self.offers.items() if offers.get(number) is not o]
        nouns += [s for number, s in self.sources.items() if sources.get(number) is not s]
        return [limit for noun in nouns for limits in (noun.limits, *noun.pairs.values()) for limit in limits]

    def notifies(self, campaign: Campaign) -> bool:
        """Whether any buyer in a campaign is told what became of his bids."""
        if (found := self._notifies.get(campaign.number)) is None:
            found = self._notifies[campaign.number] = any(offer.notices for offer in campaign.offers.values())
        return found

    def barring(self, campaign: Campaign) -> Barring:
        """For whom a campaign's leads are not bought: how its offers' duplicate rules tell persons, and its buyers."""
        if (found := self._barring.get(campaign.number)) is None:
            offers = campaign.offers.values()
            rules = frozenset((rule.fields, rule.together) for offer in offers for rule in offer.duplicates)
            found = self._barring[campaign.number] = rules, frozenset(f"buyer:{offer.buyer}" for offer in offers)
        return found

    def name(self, kind: str, number: int) -> str:
        """The slug of a noun, or `kind:number` where it is gone."""
        return self.names.get((kind, number), f"{kind}:{number}")
