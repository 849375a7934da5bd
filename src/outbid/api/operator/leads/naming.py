"""The numbers in a lead's history as people know them: slugs, and amounts as decimal text."""

from outbid.core.market.snapshot import Campaign, Market
from outbid.core.market.snapshot.called import in_words, with_slugs
from outbid.core.money import text_of


class Naming:
    """Names things as the market called them at one version."""

    def __init__(self, market: Market, campaign: Campaign) -> None:
        self._market = market
        self._campaign = campaign
        self.currency = campaign.currency

    def noun(self, kind: str, number: int) -> str:
        """The slug of a noun."""
        return self._market.name(kind, number)

    def offer(self, number: int) -> str:
        """The slug of an offer."""
        return self._market.name("offer", number)

    def buyer_of(self, offer: int) -> str:
        """The slug of the buyer whose offer it is."""
        return self._market.name("buyer", self._market.offers[offer].buyer)

    def enricher(self, place: int) -> str:
        """The name of an enricher."""
        return self._campaign.enrichers[place].name

    def tier(self, place: int) -> str:
        """The slug of a tier."""
        return self._campaign.tiers[place].slug

    def tier_of(self, offer: int) -> str:
        """The slug of the tier that an offer is in."""
        return next(tier.slug for tier in self._campaign.tiers if offer in tier.book)

    def account(self, account: str) -> str:
        """An account (`offer:9 total LEAD`, `buyer:7`) with its owner's slug for the number (`offer:a total LEAD`)."""
        return with_slugs(self._market, account)

    def limit(self, account: str, offer: int) -> str:
        """An account without room for an offer, in words."""
        return in_words(self._market, account, offer)

    def money(self, amount_micros: int) -> str:
        """An amount with its currency, for sentences."""
        return f"{text_of(amount_micros)} {self.currency}"
