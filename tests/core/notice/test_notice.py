"""The band of a price, the key of a signature, and what of the reasons is a bidder's to know."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.test_replay import ACE, BEE, BEGIN, DOT, FACTS, LINES, MATCHED, PLAN, M
from outbid.core.dialect.webhook import key_of
from outbid.core.lead import event as ev
from outbid.core.notice.notice import band_of, notices_of

LEAD = bytes(16)
ROUND = [*BEGIN, MATCHED, ev.Pinged(3, 0, 30, LINES)]


@given(st.integers(10_000, 10**12))
def test_a_band_holds_its_price_and_is_a_quarter_wide(price):
    low, below = band_of(price)
    assert low <= price < below
    assert below <= low * 1.29


@given(st.integers(100, 10**12), st.integers(100, 10**12))
def test_bands_do_not_overlap(one, other):
    first, second = band_of(min(one, other)), band_of(max(one, other))
    assert first == second or first[1] <= second[0]


@pytest.mark.parametrize(
    ("price", "band"), [(9 * M, (8 * M, 10 * M)), (10 * M, (10 * M, 12_500_000)), (31 * M, (25 * M, 31_500_000))]
)
def test_bands_are_between_preferred_numbers(price, band):
    assert band_of(price) == band


def told(*more):
    return {
        one.offer: (one.outcome, one.reason, one.loss_code)
        for one in notices_of(PLAN, LEAD, FACTS, [*ROUND, *more], [ACE, BEE, DOT])
    }


def test_what_is_the_sellers_or_the_houses_is_not_told():
    refused = told(ev.NoRoom(4, ACE, "source:1 day LEAD", "source_closed"), ev.Closed(9, "refused", "source_closed"))
    assert refused[DOT] == refused[ACE] == ("lost", "withdrawn", 1)
    sold = (ev.Posting(4, "sl_1", ACE, 8 * M, 6 * M), ev.Sold(5, "sl_1", 8 * M, 6 * M), ev.Closed(5, "sold"))
    assert told(*sold) == {ACE: ("won", "", 0), BEE: ("lost", "below_floor", 100), DOT: ("lost", "outbid", 102)}
    direct = (ev.Posting(4, "sl_1", ACE, 8 * M, 6 * M), ev.Rejected(5, "sl_1", "rejected"),
              ev.Posting(6, "sl_2", DOT, 5 * M, 4 * M), ev.Sold(7, "sl_2", 5 * M, 4 * M), ev.Closed(7, "sold"))  # fmt: skip
    assert told(*direct) == {ACE: ("rejected", "", 0), BEE: ("lost", "below_floor", 100), DOT: ("won", "", 0)}


def test_a_secret_of_standard_webhooks_is_base64_and_any_other_text_is_itself():
    assert key_of("whsec_YSBrZXk=") == b"a key"
    assert key_of("whsec_?") == b"whsec_?"
    assert key_of("plain") == b"plain"
