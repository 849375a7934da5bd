"""The market made ready: one immutable value per version, in which every name is resolved and all is compiled.

`compile_market` turns nouns into it; the hot path reads nothing else. Plugins come in as bound functions.
"""

from outbid.core.market.snapshot.campaign import Campaign, Check, Enricher, Field, Queue, Tier, facts_of
from outbid.core.market.snapshot.market import Holder, Market, Rows
from outbid.core.market.snapshot.offer import ANY_PRICE_MICROS, Delivery, Offer, delivery_of, mute
from outbid.core.market.snapshot.source import Payout, Quotes, Source

__all__ = [
    "ANY_PRICE_MICROS",
    "Campaign",
    "Check",
    "Delivery",
    "Enricher",
    "Field",
    "Holder",
    "Market",
    "Offer",
    "Payout",
    "Queue",
    "Quotes",
    "Rows",
    "Source",
    "Tier",
    "delivery_of",
    "facts_of",
    "mute",
]
