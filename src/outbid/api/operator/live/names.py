"""What sources and offers are called, remembered in this process also when they are taken away."""

from typing import NamedTuple

from outbid.core.market.snapshot import Market

CURRENCY = "USD"
"""Of a source that was gone before this process began, as campaigns have it that name none."""


class SourceName(NamedTuple):
    """A source, with what it belongs to."""

    source: str
    seller: str
    campaign: str
    campaign_number: int
    currency: str


class OfferName(NamedTuple):
    """An offer, with its buyer and the number of its campaign."""

    offer: str
    buyer: str
    campaign_number: int


class Names:
    """By number."""

    def __init__(self) -> None:
        self._version = -1
        self._sources: dict[int, SourceName] = {}
        self._offers: dict[int, OfferName] = {}

    def learn(self, market: Market) -> None:
        """Know the names of a market beside those that were."""
        if market.version == self._version:
            return
        self._version = market.version
        for number, source in market.sources.items():
            campaign, seller = source.campaign, market.names.get(("seller", source.seller), "")
            self._sources[number] = SourceName(source.slug, seller, campaign.slug, campaign.number, campaign.currency)
        for number, offer in market.offers.items():
            buyer = market.names.get(("buyer", offer.buyer), "")
            self._offers[number] = OfferName(offer.slug, buyer, offer.campaign)

    def source(self, number: int) -> SourceName:
        """A source; without words where it is not known."""
        return self._sources.get(number) or SourceName("", "", "", 0, CURRENCY)

    def offer(self, number: int) -> OfferName:
        """An offer; without words where it is not known."""
        return self._offers.get(number) or OfferName("", "", 0)

    def currency(self, source: int) -> str:
        """In what a source's leads are paid."""
        return self.source(source).currency

    def of_campaign(self, campaign: int | None, source: int) -> bool:
        """Is the source of this campaign? None: every one is."""
        return campaign is None or self.source(source).campaign_number == campaign

    def offer_of(self, campaign: int | None, offer: int) -> bool:
        """Does the offer buy in this campaign? None: every one does."""
        return campaign is None or self.offer(offer).campaign_number == campaign
