"""Looking ahead: what is imagined is decided by the functions of the exchange, so that all of it can be repeated."""

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from core.test_replay import ACE, BEE, CAB, DOT, ELK, FACTS, FOX, M, plan_of
from outbid.core.contract import Flaw
from outbid.core.lead import event as ev
from outbid.core.match.book import Book
from outbid.core.match.match import without_room
from outbid.core.replay.dry_run import Given, dry_run
from outbid.core.replay.replay import replay
from outbid.core.route import Plan

PASSED = ev.Inspected(5, "arrival")
METHODS = ("highest_bid", "waterfall", "round_robin", "weighted")


def look(plan: Plan, bids: dict[int, int], *, full: frozenset[int] = frozenset(), inspected=PASSED, live=(0, 0.5)):
    def room(offer, least_micros):
        return without_room(offer.number, f"offer:{offer.number} day LEAD") if offer.number in full else None

    return dry_run(plan, FACTS, inspected, Given(1, 5, room, bids, {}, [live] * 2))


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from([1, 2, 3]),
    st.sampled_from(METHODS),
    st.dictionaries(st.sampled_from([ACE, BEE, CAB, FOX]), st.integers(1, 9 * M)),
    st.frozensets(st.sampled_from([ACE, BEE, CAB, DOT, FOX])),
    st.integers(1, 4),
    st.tuples(st.integers(0, 6), st.floats(0, 1, exclude_max=True)),
)
def test_all_that_is_imagined_repeats(places, method, bids, full, most_posts, live):
    plan, _ = plan_of(places=places, method=method)
    plan = replace(plan, source=replace(plan.source, most_posts=most_posts))
    ahead = look(plan, bids, full=full, live=live)
    assert replay(plan, FACTS, ahead.events) == []
    assert ahead.end.stage == "closed"
    assert [receipt.offer for tier in ahead.tiers for receipt in tier.receipts] == [ACE, BEE, CAB, DOT, ELK, FOX]
    first = next((tier for tier in ahead.tiers if tier.ranking), None)
    posted = {sale.offer for sale in ahead.end.sales}
    assert (first is None) == (not posted)
    if first is not None:
        assert first.ranking[0].offer in posted, "the best of the first tier where anybody may win is posted"
        assert all(pick.price_micros >= first.floor_micros for pick in first.ranking)


def test_a_tier_that_the_lead_does_not_reach_is_looked_at_all_the_same():
    plan, _ = plan_of()
    ahead = look(plan, {ACE: 8 * M, FOX: 3 * M})
    assert [sale.offer for sale in ahead.end.sales] == [ACE]
    assert [[pick.offer for pick in tier.ranking] for tier in ahead.tiers] == [[ACE, DOT], [FOX]]
    assert {r.offer: r.outcome for r in ahead.tiers[1].receipts} == {FOX: "sold"}


def test_a_refused_lead_ends_there_and_its_tiers_are_as_if_it_were_not():
    plan, _ = plan_of()
    flaw = Flaw("phone.too_short", "phone")
    ahead = look(plan, {ACE: 8 * M}, inspected=replace(PASSED, flaws=(flaw,), refused=flaw.code))
    assert (ahead.end.status, ahead.end.reason, ahead.end.sales) == ("refused", flaw.code, ())
    assert replay(plan, FACTS, ahead.events) == []
    assert ahead.tiers[0].ranking[0].offer == ACE


def test_a_changed_rule_changes_only_its_own_receipt():
    plan, _ = plan_of()
    bids = {ACE: 8 * M, BEE: 7 * M, CAB: 6 * M, FOX: 3 * M}
    before = [receipt for tier in look(plan, bids).tiers for receipt in tier.receipts]
    main, rest = plan.campaign.tiers
    dearer = tuple(replace(offer, floor_micros=9 * M) if offer.number == BEE else offer for offer in main.offers)
    offers = {offer.number: offer for offer in (*dearer, *rest.offers)}
    changed = replace(plan.campaign, tiers=(replace(main, book=Book(dearer)), rest), offers=offers)
    after = [receipt for tier in look(replace(plan, campaign=changed), bids).tiers for receipt in tier.receipts]
    assert [(new.offer, old.reason, new.reason) for old, new in zip(before, after, strict=True) if old != new] == [
        (BEE, "outbid", "below_floor")
    ]
