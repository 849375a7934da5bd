"""Who may be asked: what version and facts decide comes first, and live facts are asked for those alone who passed it."""

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from core.test_replay import plan_of
from outbid.core.market.snapshot import NOTHING, Part, Rule, Split, Step, Terms
from outbid.core.match.book import Book
from outbid.core.match.match import match, static_reason, without_room
from outbid.core.price.terms import terms_of

PLAN, NUMBER = plan_of()
OFFERS = list(PLAN.campaign.offers.values())
M = 1_000_000
NO_SPLIT = Split((Step(0, NOTHING, NOTHING),))
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "paused": st.booleans(),
        "price_micros": st.sampled_from([None, M, 5 * M]),
        "floor_micros": st.just(9 * M),
    },
)
MARKET = st.lists(CHANGES, min_size=len(OFFERS), max_size=len(OFFERS))
BUYERS = st.none() | st.frozensets(st.sampled_from(sorted({offer.buyer for offer in OFFERS})))


@settings(max_examples=300, deadline=None)
@given(
    MARKET, BUYERS, st.sampled_from(["TX", "CA"]), st.frozensets(st.sampled_from(sorted(NUMBER.values()))), st.data()
)
def test_room_is_asked_for_those_alone_whom_version_and_facts_let_pass(changes, buyers, state, tried, data):
    offers = [replace(offer, **change) for offer, change in zip(OFFERS, changes, strict=True)]
    tier = replace(PLAN.campaign.tiers[0], book=Book(offers))
    source = replace(PLAN.source, buyers=buyers)
    facts = {"state": state, "zip": "78701"}
    terms = terms_of(PLAN.campaign, source, tier, facts, 5)
    full = data.draw(st.frozensets(st.sampled_from(sorted(NUMBER.values()))))
    asked = []

    def room(offer, least_micros):
        asked.append(offer.number)
        return without_room(offer.number, f"offer:{offer.number} day LEAD") if offer.number in full else None

    found = match(tier, 0, source, terms, facts, tried, room, 5)
    passed = [o.number for o in offers if static_reason(o, source, terms, facts, 5) is None and o.number not in tried]
    assert asked == sorted(passed)
    assert found.offers == tuple(number for number in sorted(passed) if number not in full)
    assert [(skip.offer, skip.reason) for skip in found.skips] == [
        (number, "cap_reached") for number in sorted(passed) if number in full
    ]


def test_of_several_static_reasons_the_first_is_told():
    offer, facts = PLAN.campaign.offers[NUMBER["elk"]], {"state": "TX"}
    nobody = replace(PLAN.source, buyers=frozenset())
    dear = replace(offer, price_micros=M)
    two, one = Terms(2 * M, NO_SPLIT), Terms(M, NO_SPLIT)
    by_rule = replace(dear, price_micros=None, prices=(Rule("never", Part(None, M), sources=frozenset()),))
    reasons = [
        static_reason(replace(dear, paused=True), nobody, two, facts, 5),
        static_reason(dear, nobody, two, facts, 5),
        static_reason(by_rule, PLAN.source, two, facts, 5),
        static_reason(dear, PLAN.source, two, facts, 5),
        static_reason(dear, PLAN.source, one, facts, 5),
        static_reason(dear, PLAN.source, one, {"state": "CA"}, 5),
    ]
    assert reasons == ["paused", "not_allowed", "no_price", "below_floor", "filtered", None]
