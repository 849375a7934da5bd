"""The market's nouns as people write them, in YAML, the API and the database: what an operator sets.

Amounts are decimal text in the campaign's currency, shares are percent text, names are slugs. Numbers (of nouns)
never stand here: they are given by the store, and the snapshot resolves slugs to them.
"""

from outbid.core.market.noun.amount import Cap, Currency, Noun, Plugin, Settings, Slug, Wallet, percent
from outbid.core.market.noun.campaign import Campaign, Check, Enricher, Field, Queue, Route, Tier
from outbid.core.market.noun.control import Breaker, Health, HealthRule, Patience, Pings, Seldom
from outbid.core.market.noun.duplicates import Duplicates
from outbid.core.market.noun.hours import OpenSlot, Order, Schedule, Slot
from outbid.core.market.noun.offer import Doubt, Offer
from outbid.core.market.noun.party import Buyer, Group, Key, Notices, Quotes, Seller, Source
from outbid.core.market.noun.price import FloorRule, MarginRule, Payout, PayoutRule, PriceRule, Pricing, Rule

__all__ = [
    "KINDS",
    "Breaker",
    "Buyer",
    "Campaign",
    "Cap",
    "Check",
    "Currency",
    "Doubt",
    "Duplicates",
    "Enricher",
    "Field",
    "FloorRule",
    "Group",
    "Health",
    "HealthRule",
    "Key",
    "MarginRule",
    "Notices",
    "Noun",
    "Offer",
    "OpenSlot",
    "Order",
    "Patience",
    "Payout",
    "PayoutRule",
    "Pings",
    "Plugin",
    "PriceRule",
    "Pricing",
    "Queue",
    "Quotes",
    "Route",
    "Rule",
    "Schedule",
    "Seldom",
    "Seller",
    "Settings",
    "Slot",
    "Slug",
    "Source",
    "Tier",
    "Wallet",
    "percent",
]

KINDS: dict[str, type[Noun]] = {
    "seller": Seller,
    "group": Group,
    "buyer": Buyer,
    "campaign": Campaign,
    "source": Source,
    "offer": Offer,
    "key": Key,
}
"""Every kind of noun, in the order in which they can be made (later ones name earlier ones)."""
