"""What winners pay, against references of a few lines that try every price there is."""

from types import SimpleNamespace

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from outbid.core.lead.event import BidLine
from outbid.core.lead.state import State
from outbid.core.market.snapshot import Part, Pricing
from outbid.core.money import ONE
from outbid.core.price.lines import least_for, why_not_at
from outbid.core.price.picking import choose
from outbid.core.price.terms import _terms
from outbid.plugins.methods import highest_bid, highest_net

METHODS = {"highest_bid": highest_bid, "highest_net": highest_net}
HANDICAPS = (0, 0, 200_000, 333_333)
SHARE = st.builds(Part, st.sampled_from((0, 500_000, 800_000, 999_999)))
STEPS = st.lists(st.tuples(st.integers(5, 30), SHARE), max_size=2, unique_by=lambda step: step[0]).map(sorted)
ROW = st.tuples(
    st.integers(1, 40), st.integers(1, 2), st.sampled_from(HANDICAPS), st.sampled_from("abc"), st.booleans()
)


@st.composite
def rounds(draw):
    """A campaign, its terms, a tier and a round in which every bid may win."""
    method = METHODS[draw(st.sampled_from(sorted(METHODS)))]
    floor, margin = draw(st.integers(1, 12)), draw(st.sampled_from((Part(None, 0), Part(150_000), Part(None, 3))))
    least = draw(st.sampled_from((None, Part(None, 0), Part(None, 2), Part(100_000))))
    terms = _terms(floor, ((0, margin),), ((0, draw(SHARE)), *draw(STEPS)), least)
    rows = draw(st.lists(ROW, min_size=1, max_size=6))
    offers = {
        n: SimpleNamespace(number=n, priority=priority, weight=1, handicap=handicap, floor_micros=own, direct=direct,
                           group=group, most_micros=1 << 62)
        for n, (price, priority, handicap, group, direct) in enumerate(rows, 1)
        for own in [draw(st.sampled_from((0, 0, 9)))]
    }  # fmt: skip
    prices = {n: row[0] for n, row in enumerate(rows, 1) if not why_not_at(row[0], offers[n], terms)}
    campaign = SimpleNamespace(offers=offers, tiers=(SimpleNamespace(places=1),))
    return method, campaign, terms, prices


def tier_of(method, rule: str, step: int = 0):
    bound = method.Settings()
    pricing = None if rule == "first" else Pricing(rule, step, worth_of(method, bound))
    return SimpleNamespace(
        rank=lambda bids, turn, draw: method.rank(bids, turn, draw, bound),
        reads=frozenset(getattr(method, "READS", ())),
        pricing=pricing,
    )


def state_of(prices: dict[int, int]) -> State:
    return State(stage="bidding", tier=0, bids=tuple(BidLine(n, "bid", price) for n, price in prices.items()))


def sold(method, campaign, terms, prices, rule="first", most=1, step=0):
    return choose(campaign, terms, tier_of(method, rule, step), state_of(prices), most)


def worth_of(method, settings):
    """As the compiler finds it: None where the price alone ranks."""
    return (lambda bid: method.worth(bid, settings)) if hasattr(method, "worth") else None


def worth(method, campaign, terms, offer: int, price: int) -> int:
    from outbid.core.contract import Bid

    bid = Bid(offer, price, handicap=campaign.offers[offer].handicap, payout_micros=terms.split.payout_of(price))
    return bid.rank_micros if worth_of(method, method.Settings()) is None else method.worth(bid, method.Settings())


ANY = settings(max_examples=500, deadline=None)


@ANY
@given(rounds(), st.integers(1, 3))
def test_under_first_price_the_worthiest_win_at_their_bids(made, most):
    method, campaign, terms, prices = made
    best, groups = [], set()
    for n in sorted(prices, key=lambda n: (-worth(method, campaign, terms, n, prices[n]),
                                           -prices[n] if method is highest_net else 0,
                                           campaign.offers[n].priority, n)):  # fmt: skip
        if campaign.offers[n].group not in groups and len(best) < most:
            best.append((n, prices[n]))
            groups.add(campaign.offers[n].group)
    assert [(pick.offer, pick.price_micros) for pick in sold(*made, most=most)] == best


@ANY
@given(rounds(), st.integers(1, 3), st.sampled_from((0, 1, 4)))
def test_second_price_is_the_least_price_of_all_that_is_allowed_and_level_with_the_rival(made, most, step):
    method, campaign, terms, prices = made
    first, second = sold(*made, most=most), sold(*made, "second", most, step)
    assert [pick.offer for pick in second] == [pick.offer for pick in first]
    groups = {campaign.offers[pick.offer].group for pick in first}
    others = [n for n in prices if campaign.offers[n].group not in groups]
    target = max((worth(method, campaign, terms, n, prices[n]) for n in others), default=None)
    for pick in second:
        offer, bid = campaign.offers[pick.offer], prices[pick.offer]
        allowed = [p for p in range(1, bid + 1) if not why_not_at(p, offer, terms)]
        level = [p for p in allowed if target is not None and worth(method, campaign, terms, pick.offer, p) >= target]
        least = level[0] + step if level else allowed[0]
        wanted = bid if offer.direct else next((p for p in allowed if p >= least), bid)
        assert pick.price_micros == wanted


@ANY
@given(rounds(), st.integers(0, 9))
def test_floor_and_step_is_the_first_allowed_price_so_far_above_the_floor(made, step):
    _, campaign, terms, prices = made
    for pick in sold(*made, "floor_step", 1, step):
        offer, bid = campaign.offers[pick.offer], prices[pick.offer]
        allowed = [p for p in range(1, bid + 1) if not why_not_at(p, offer, terms)]
        wanted = next((p for p in allowed if p >= allowed[0] + step), bid)
        assert pick.price_micros == (bid if offer.direct else wanted)


@ANY
@given(rounds(), st.sampled_from(("first", "second", "floor_step")), st.integers(1, 3), st.sampled_from((0, 2)))
def test_nobody_pays_above_his_bid_or_below_his_floor_and_payout_and_rest_are_the_price(made, rule, most, step):
    _, campaign, terms, prices = made
    first = {pick.offer: pick.price_micros for pick in sold(*made, most=most)}
    for pick in sold(*made, rule, most, step):
        offer = campaign.offers[pick.offer]
        assert least_for(offer, terms) <= pick.price_micros <= prices[pick.offer]
        assert not why_not_at(pick.price_micros, offer, terms)
        assert pick.price_micros <= first[pick.offer]
        assert pick.payout_micros == terms.split.payout_of(pick.price_micros)


@ANY
@given(rounds(), st.integers(1, 40))
def test_a_losing_bid_that_is_added_changes_nothing_under_first_price_and_lowers_nothing_under_second(made, price):
    method, campaign, terms, prices = made
    late = SimpleNamespace(
        number=9, priority=3, weight=1, handicap=0, floor_micros=0, direct=False, group="z", most_micros=1 << 62
    )
    assume(not why_not_at(price, late, terms))
    more = SimpleNamespace(offers={**campaign.offers, 9: late}, tiers=campaign.tiers)
    with_it = (method, more, terms, {**prices, 9: price})
    if not prices or sold(*with_it)[0].offer == 9:
        return
    assert sold(*with_it) == sold(*made)
    assert sold(*with_it, "second")[0].price_micros >= sold(*made, "second")[0].price_micros


@given(rounds())
def test_a_promise_is_paid_and_covered(made):
    method, campaign, terms, prices = made
    promised = replace(state_of(prices), promise_micros=11)
    for pick in choose(campaign, terms, tier_of(method, "second"), promised, 1):
        assert pick.payout_micros == 11 <= pick.price_micros <= prices[pick.offer]


def test_a_handicap_ranks_lower_and_is_charged_the_whole():
    offers = {
        n: SimpleNamespace(
            number=n, priority=1, weight=1, handicap=h, floor_micros=0, direct=False, group=str(n), most_micros=1 << 62
        )
        for n, h in ((1, 200_000), (2, 0))
    }
    campaign = SimpleNamespace(offers=offers)
    terms = _terms(1, ((0, Part(None, 0)),), ((0, Part(800_000)),), Part(None, 0))
    made = (highest_bid, campaign, terms)
    assert [(p.offer, p.price_micros) for p in sold(*made, {1: 100 * ONE, 2: 81 * ONE})] == [(2, 81 * ONE)]
    assert [(p.offer, p.price_micros) for p in sold(*made, {1: 100 * ONE, 2: 79 * ONE})] == [(1, 100 * ONE)]
    assert sold(*made, {1: 100 * ONE, 2: 40 * ONE}, "second")[0].price_micros == 50 * ONE
