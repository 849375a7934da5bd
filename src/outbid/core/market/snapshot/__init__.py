"""The market made ready: one immutable value per version, in which every name is resolved and all is compiled.

`compile_market` turns nouns into it; the hot path reads nothing else. Plugins come in as bound functions.
"""

from outbid.core.market.snapshot.campaign import Campaign, Check, Enricher, Field, Queue, Route, Tier, facts_of
from outbid.core.market.snapshot.market import Holder, Market, Rows
from outbid.core.market.snapshot.offer import Delivery, Doubt, Duplicates, Notices, Offer, delivery_of, mute
from outbid.core.market.snapshot.price import (
    ANY_PRICE_MICROS,
    NOTHING,
    Part,
    Pricing,
    Rule,
    Rules,
    Split,
    Step,
    Terms,
    reads_of,
)
from outbid.core.market.snapshot.source import Quotes, Source, Spoken

__all__ = [
    "ANY_PRICE_MICROS",
    "NOTHING",
    "Campaign",
    "Check",
    "Delivery",
    "Doubt",
    "Duplicates",
    "Enricher",
    "Field",
    "Holder",
    "Market",
    "Notices",
    "Offer",
    "Part",
    "Pricing",
    "Queue",
    "Quotes",
    "Route",
    "Rows",
    "Rule",
    "Rules",
    "Source",
    "Split",
    "Spoken",
    "Step",
    "Terms",
    "Tier",
    "delivery_of",
    "facts_of",
    "mute",
    "reads_of",
]
