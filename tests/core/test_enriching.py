"""What enrichers taught, from events alone: facts, receipts, exposure; and where a history of it does not repeat."""

from datetime import date

import pytest

from harness.market import FIELDS, nouns, offer
from outbid.core.ids import LeadId
from outbid.core.lead import event as ev
from outbid.core.lead.exposure import exposure, present_of
from outbid.core.lead.lead import Lead
from outbid.core.lead.learned import (
    awaited,
    facts_after,
    facts_at_ping,
    given_by,
    kept_of,
    learn,
    taken,
    why_not_asked,
)
from outbid.core.lead.value import ABSENT, Value
from outbid.core.market.compile import compile_market
from outbid.core.replay.receipts import receipts
from outbid.core.replay.replay import replay
from outbid.core.route import Plan
from outbid.plugins.registry import Registry

DAY = date(2026, 11, 24)
M = 1_000_000


def enricher(name: str, gives: str, **more) -> dict:
    settings = {"url": "https://s.example/", "request": {"zip": "zip"}, "reply": {gives: "x"}}
    return {"plugin": "http_append", "name": name, "settings": settings} | more


def plan_of() -> Plan:
    """`ace` wants a city, `bee` another one, `cab` takes all; a city and a birth date can be learned."""
    wants = {"fact": "city", "equals": "Austin"}
    offers = [
        offer("ace", 9, filter=wants, delivery={"ping": {"c": "city", "z": "zip"}}),
        offer("bee", 9, filter={"fact": "city", "equals": "Waco"}, delivery={"ping": {"z": "zip"}}),
        offer("cab", 9, delivery={"ping": {"z": "zip"}}),
    ]
    fields = [*FIELDS, {"name": "city", "type": "text"}]
    enrichers = [enricher("towns", "city", fallback={"city": "Nowhere"}), enricher("births", "birth_date")]
    made = nouns(offers, campaign_more={"fields": fields, "enrichers": enrichers})
    numbered = {kind: {s: (i, n) for i, (s, n) in enumerate(found.items(), 1)} for kind, found in made.items()}
    market = compile_market(1, numbered, Registry())
    return Plan(market.campaigns[1], market.sources[1])


PLAN = plan_of()
TOWNS, BIRTHS = PLAN.campaign.enrichers
ACE, BEE, CAB = 1, 2, 3
FACTS = {"zip": "78701"}
VALUES = {field.name: ABSENT for field in PLAN.campaign.fields} | {"zip": Value("78701", "78701")}
HELD = present_of(PLAN.campaign.fields, VALUES)
RECEIVED = ev.Received(0, 1, 1, 1, present=HELD)
TOWN = ev.Enriched(1, "towns", "learned", gave=("city",), facts={"city": "Austin"}, sent=True)
BORN = ev.Enriched(1, "births", "late", "timed_out", sent=True)
INSPECTED = ev.Inspected(2, "arrival")
MATCHED = ev.Matched(3, 0, (ACE, CAB))
PINGED = ev.Pinged(4, 0, 5, (ev.BidLine(ACE, "pass", reason="no_bid"), ev.BidLine(CAB, "pass", reason="no_bid")))
REST = [ev.Matched(5, 1), ev.Closed(6, "unsold", "no_bids")]
WHOLE = [RECEIVED, TOWN, BORN, INSPECTED, MATCHED, PINGED, *REST]


def lead(**values) -> Lead:
    return Lead(0, LeadId(bytes(16)), 1, 1, 1, 0, VALUES | values, dict(FACTS))


def test_what_was_decided_by_learned_facts_repeats():
    assert replay(PLAN, FACTS, ev.decode(ev.encode(WHOLE))) == []
    assert replay(PLAN, FACTS, [RECEIVED, TOWN, ev.Resumed(1, 2), *WHOLE[1:]]) == [], "some were written before a crash"


@pytest.mark.parametrize(
    ("events", "place", "recorded", "now"),
    [
        ([RECEIVED, INSPECTED], 2, "enriched by nobody", "by towns, births"),
        ([RECEIVED, TOWN, INSPECTED], 3, "enriched by towns", "by towns, births"),
        ([RECEIVED, BORN, TOWN, INSPECTED], 4, "enriched by births, towns", "by towns, births"),
        (
            [RECEIVED, ev.Enriched(1, "towns", "learned", gave=("zip",))], 2, "towns gave zip", "it gives city",
        ),
        ([RECEIVED, ev.Enriched(1, "stars", "learned")], 2, "enricher stars, which the", "nothing from here"),
        ([*WHOLE[:5], TOWN], 6, "towns asked", "a round in tier main"),
        ([RECEIVED, BORN, INSPECTED, MATCHED], 4, "ace asked", "not so"),
    ],
)  # fmt: skip
def test_what_cannot_have_been_is_told(events, place, recorded, now):
    found = [each for each in replay(PLAN, FACTS, events) if each.event == place]
    assert any(each.recorded.startswith(recorded) and each.now.startswith(now) for each in found), found


def test_receipts_read_what_was_learned():
    told = {receipt.offer: receipt for receipt in receipts(PLAN, FACTS, WHOLE)}
    assert (told[ACE].outcome, told[CAB].outcome) == ("pass", "pass")
    assert (told[BEE].reason, told[BEE].detail) == ("filtered", "city equals 'Waco', seen 'Austin'")


def shown(*events: ev.Event) -> list[tuple]:
    told = exposure(PLAN, FACTS, events)
    return [(each.enricher or each.offer, each.fields, each.possibly) for each in told]


def test_an_enricher_is_shown_what_it_reads_and_later_requests_hold_what_it_gave():
    assert shown(*WHOLE) == [
        ("towns", ("zip",), False), ("births", ("zip",), False), (ACE, ("city", "zip"), False), (CAB, ("zip",), False),
    ]  # fmt: skip
    unsent = [ev.Enriched(1, "towns", "cached", gave=("city",), facts={"city": "Austin"}), BORN]
    assert [who for who, *_ in shown(RECEIVED, *unsent, *WHOLE[3:])] == ["births", ACE, CAB]


def test_what_a_dead_process_may_have_learned_may_have_been_shown():
    possible = [("towns", ("zip",), True), ("births", ("zip",), True)]
    possible += [(ACE, ("city", "zip"), True), (BEE, ("zip",), True), (CAB, ("zip",), True)]
    assert shown(RECEIVED, ev.Resumed(1, 2), *WHOLE[1:])[:5] == possible
    assert shown(RECEIVED) == possible


def test_a_ping_and_its_post_learn_each_for_themselves():
    quoting = ev.Quoting(0, 1, 1, 1)
    kept = ev.Enriched(9, "towns", "kept", gave=("city",), facts={"city": "Austin"})
    born = ev.Enriched(9, "births", "learned", gave=("birth_date",), facts={"birth_date.age": 30})
    events = [quoting, TOWN, BORN, INSPECTED, ev.Quoted(4, 1, 2), RECEIVED, kept, born]
    notes = {"learned city": '"Austin"', "learned birth_date": '"1996-01-31"'}
    assert facts_at_ping(FACTS, events) == FACTS | {"city": "Austin"}
    assert facts_after(FACTS, events) == FACTS | {"city": "Austin", "birth_date.age": 30}
    assert facts_after(FACTS, events[:6]) == FACTS
    assert kept_of(events, notes) == {"towns": {"city": "Austin"}}
    assert given_by(events, notes) == {"city": "Austin", "birth_date": "1996-01-31"}


def test_overwritten_facts_leave_nothing_behind():
    seen = lead(birth_date=PLAN.campaign.fields[5].read("1980-01-31", DAY))
    first, _ = learn(seen, PLAN.campaign.fields, {"birth_date": "1980-01-31"}, DAY)
    assert first.facts["birth_date.age"] == 46
    second, facts = learn(first, PLAN.campaign.fields, {"birth_date": "no date"}, DAY)
    assert facts == {}
    assert "birth_date.age" not in second.facts
    assert second.values["birth_date"].fault == "date.not_a_date"


def test_an_enricher_is_asked_for_what_is_missing_by_what_is_known():
    assert why_not_asked(TOWNS, lead()) is None
    assert why_not_asked(TOWNS, lead(city=Value("Waco", "Waco"))) == "nothing_missing"
    assert why_not_asked(TOWNS, lead(city=Value("?", None, fault="text.odd"))) == "nothing_missing"
    assert why_not_asked(TOWNS, lead(city=Value("  "))) is None, "blanks are nothing"
    no_zip = Lead(0, LeadId(bytes(16)), 1, 1, 1, 0, VALUES | {"zip": ABSENT}, {})
    assert why_not_asked(TOWNS, no_zip) == "needs_missing"
    assert awaited(PLAN.campaign, lead()) == {"city", "birth_date"}


@pytest.mark.parametrize("answer", [{}, {"city": ""}, {"city": ["Austin"]}, {"city": None}, {"city": "x" * 2_001}])
def test_what_is_no_value_leaves_what_there_is_to_fall_back_on(answer):
    assert taken(TOWNS, lead(), answer) == {"city": "Nowhere"}
    assert taken(BIRTHS, lead(), answer) == {}


def test_only_its_own_fields_are_taken_of_an_answer():
    assert taken(TOWNS, lead(), {"city": "Austin", "zip": "1", "amount": 9}) == {"city": "Austin"}
    assert taken(TOWNS, lead(city=Value("Waco", "Waco")), {"city": "Austin"}) == {}
