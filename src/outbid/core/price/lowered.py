"""What becomes of a sale whose buyer named another price in the post's answer."""

from outbid.core.lead.state import Sale
from outbid.core.market.snapshot import Campaign, Offer, Terms
from outbid.core.money import ONE
from outbid.core.price.lines import least_for


def payout_at(campaign: Campaign, terms: Terms, sale: Sale, price_micros: int, *, promised: bool) -> int:
    """The seller's payout where a sale is captured at a price, up to the one that was held.

    What a quote promised is paid whatever the price. Else the campaign says who bears it if the price is lower.
    """
    if promised or price_micros == sale.price_micros or campaign.shortfall == "house":
        return sale.payout_micros
    if campaign.shortfall == "shared":
        return sale.payout_micros * price_micros // sale.price_micros
    return terms.split.payout_of(price_micros)


def is_too_low(campaign: Campaign, terms: Terms, offer: Offer, sale: Sale, price_micros: int, promised: int) -> bool:
    """Is a price no sale that the house agreed to: below a floor, the promise, or what it keeps at the least?

    The price at which the lead was posted may be below the promise, where a loss is allowed.
    """
    below_promise = price_micros < min(promised, sale.price_micros)
    if below_promise or least_for(offer, terms, price_micros) != price_micros:
        return True
    if promised or campaign.loss_allowed:
        return False
    kept = price_micros - payout_at(campaign, terms, sale, price_micros, promised=False)
    least = campaign.least_margin
    return kept < least.fixed_micros if least.share is None else kept * ONE < price_micros * least.share
