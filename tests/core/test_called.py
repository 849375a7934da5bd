"""Accounts in words: whose they are, and how much fits in, where the market still says so."""

import pytest

from harness.planted import market_of
from outbid.core.market.snapshot.called import in_words, with_slugs

CAPS = [
    {"window": "hour", "leads": 1},
    {"window": "day", "leads": 2000},
    {"window": "month", "money": "1500.50"},
    {"window": "total", "leads": 7},
]
MARKET = market_of(
    more={
        "ace": {
            "caps": CAPS,
            "source_caps": {"web": [{"window": "day", "leads": 5}]},
            "order": {"leads": 40},
            "schedule": {
                "slots": [
                    {"days": ["mon", "tue"], "from": "09:00", "to": "12:30", "caps": [{"window": "slot", "leads": 3}]}
                ]
            },
        }
    }
)
ACE = next(number for number, found in MARKET.offers.items() if found.slug == "ace")
SLOT = next(limit.window for limit in MARKET.offers[ACE].limits if limit.window.startswith("slot"))


@pytest.mark.parametrize(
    ("account", "words"),
    [
        (f"offer:{ACE} hour LEAD", "1 lead an hour of offer ace"),
        (f"offer:{ACE} day LEAD", "2,000 leads a day of offer ace"),
        (f"offer:{ACE} month USD", "1500.50 USD a month of offer ace"),
        (f"offer:{ACE} total LEAD", "7 leads in all of offer ace"),
        (f"offer:{ACE} order LEAD", "40 leads of the order of offer ace"),
        (f"offer:{ACE} {SLOT} LEAD", f"3 leads in {SLOT.removeprefix('slot ')} of offer ace"),
        (f"offer:{ACE} source:1 day LEAD", "5 leads a day of offer ace from source web"),
        (f"offer:{ACE} week LEAD", "leads a week of offer ace"),
        ("buyer:1 day EUR", "EUR a day of buyer ace"),
        ("buyer:1 wallet USD", "wallet of buyer ace"),
        ("group:9 total LEAD", "leads in all of group:9"),
    ],
)
def test_an_account_is_told_in_words(account, words):
    assert in_words(MARKET, account, ACE) == words


def test_slugs_stand_for_numbers_and_what_is_gone_keeps_its_number():
    assert with_slugs(MARKET, f"offer:{ACE} source:1 day LEAD") == "offer:ace source:web day LEAD"
    assert with_slugs(MARKET, "buyer:77", between=" ") == "buyer:77"
    assert with_slugs(MARKET, "house:margin") == "house:margin"
