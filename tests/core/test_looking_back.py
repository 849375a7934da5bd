"""Which sales a limit binds, by its owner and its unit."""

import msgspec
import pytest

from outbid.core.ledger.account import LEADS, Limit
from outbid.core.market.looking_back import Sales, sales_of
from outbid.core.market.noun import Buyer, Campaign, Group, Offer, Seller, Source

_ROWS = {
    "seller": (Seller, [{"slug": "acme"}, {"slug": "zeta"}]),
    "source": (
        Source,
        [
            {"slug": slug, "seller": seller, "campaign": "auto", "payout": {"share": "80%"}}
            for slug, seller in (("web", "acme"), ("app", "acme"), ("mail", "zeta"))
        ],
    ),
    "campaign": (
        Campaign,
        [
            {"slug": slug, "currency": currency, "fields": [], "tiers": [{"slug": "main"}]}
            for slug, currency in (("auto", "USD"), ("solar", "EUR"))
        ],
    ),
    "group": (Group, [{"slug": "both"}]),
    "buyer": (Buyer, [{"slug": "a", "group": "both"}, {"slug": "b", "group": "both"}, {"slug": "c"}]),
    "offer": (
        Offer,
        [
            {
                "slug": slug,
                "buyer": buyer,
                "campaign": campaign,
                "tier": "main",
                "price": "1",
                "delivery": {"plugin": "x"},
            }
            for slug, buyer, campaign in (("o1", "a", "auto"), ("o2", "a", "solar"), ("o3", "b", "auto"))
        ],
    ),
}
NOUNS = {
    kind: {row["slug"]: (number, msgspec.convert(row, made)) for number, row in enumerate(rows, 1)}
    for kind, (made, rows) in _ROWS.items()
}


@pytest.mark.parametrize(
    ("owner", "unit", "expected"),
    [
        ("offer:3", LEADS, Sales(offers=(3,))),
        ("offer:3 source:2", LEADS, Sales(offers=(3,), sources=(2,))),
        ("buyer:1", LEADS, Sales(buyers=(1,))),
        ("buyer:1", "USD", Sales(buyers=(1,), but=(2,))),
        ("buyer:1", "EUR", Sales(buyers=(1,), but=(1, 3))),
        ("group:1", LEADS, Sales(buyers=(1, 2))),
        ("campaign:1", "USD", Sales(offers=(1, 3), but=(2,))),
        ("source:2", LEADS, Sales(sources=(2,))),
        ("seller:1", LEADS, Sales(sources=(1, 2))),
        ("seller:1 buyer:3", LEADS, Sales(buyers=(3,), sources=(1, 2))),
        ("seller:9", LEADS, Sales(sources=())),
    ],
)
def test_a_limit_binds_the_sales_of_its_owner(owner, unit, expected):
    assert sales_of(Limit(owner, unit, "day", "UTC", 1, looks_back=True), NOUNS) == expected
