"""What is left of the bids of a reply after a while, against a reference that looks at each bid alone."""

from hypothesis import given
from hypothesis import strategies as st

from outbid.core.contract import ListedBid, PingReply
from outbid.core.price.standing import after, counted, longest, tokens_of, with_end

BIDS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 9)), min_size=1, max_size=4)


def listing(rows) -> PingReply:
    return PingReply("bid", bids=tuple(ListedBid(n, price, stands_s=s) for n, (price, s) in enumerate(rows, 1)))


@given(BIDS, st.integers(0, 10))
def test_each_listed_bid_stands_for_as_long_as_it_says(rows, seconds):
    left = after(listing(rows), seconds)
    wanted = [(n, price, s - seconds) for n, (price, s) in enumerate(rows, 1) if s > seconds]
    if not any(price for _, price, _ in wanted):
        assert left is None
    else:
        assert [(bid.place, bid.price_micros, bid.stands_s) for bid in left.bids] == wanted


@given(st.integers(0, 10), st.integers(0, 10))
def test_a_bid_that_says_no_end_ends_with_its_round(stands, seconds):
    left = after(PingReply("bid", 5, stands_s=stands), seconds)
    assert (left is None) == (stands <= seconds)
    assert left is None or left.stands_s == stands - seconds


@given(BIDS, st.integers(1, 20))
def test_an_end_by_default_is_that_of_bids_without_their_own(rows, seconds):
    made = with_end(listing(rows), seconds)
    assert [bid.stands_s for bid in made.bids] == [s or seconds for _, s in rows]
    assert longest(made) == max(s or seconds for _, s in rows)
    assert with_end(PingReply("bid", 5, stands_s=3), seconds).stands_s == 3
    assert with_end(PingReply("bid", 5), seconds).stands_s == seconds


@given(st.integers(-100, 200_000))
def test_an_instant_is_so_many_seconds_from_now_one_at_least_and_a_day_at_most(seconds):
    now_ms = 1_800_000_000_500
    wanted = max(1, min(seconds, 86_400))
    reply = counted(PingReply("bid", 5, ends_ms=now_ms + seconds * 1000), now_ms)
    assert (reply.stands_s, reply.ends_ms) == (wanted, 0)
    several = PingReply("bid", bids=(ListedBid(1, 5, ends_ms=now_ms + seconds * 1000), ListedBid(2, 6, stands_s=7)))
    assert [bid.stands_s for bid in counted(several, now_ms).bids] == [wanted, 7]
    assert counted(PingReply("bid", 5, stands_s=7), now_ms).stands_s == 7


def test_what_is_no_bid_stands_for_nothing():
    for reply in (PingReply("pass", reason="no_bid"), PingReply("error", reason="late")):
        assert with_end(reply, 60) is reply
        assert longest(reply) == 0


def test_tokens_are_those_of_every_bid():
    assert tokens_of(PingReply("bid", 5, token="a")) == ("a",)
    assert tokens_of(PingReply("bid", bids=(ListedBid(1, 5, token="b"), ListedBid(2, 6)))) == ("b",)
