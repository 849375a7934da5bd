"""Who was shown what, from events alone: nothing that may have been shown is left out, nothing that never left is listed."""

import pytest

from core.test_compile import CAMPAIGN, DELIVERY, OFFER, SOURCE, compiled
from outbid.core.lead import event as ev
from outbid.core.lead.exposure import exposure, personal_of, present_of
from outbid.core.lead.value import ABSENT, Value
from outbid.core.route import Plan

TABLES = {
    "ping": {"z": "zip", "a": "phone.area_code", "fixed": "=x"},
    "post": {"p": "phone.raw", "z": "zip", "n": "amount"},
}
TIERS = [{"slug": "main"}, {"slug": "rest"}]


def offer(slug: str, tier: str = "main", **more):
    return OFFER | {"slug": slug, "buyer": slug, "tier": tier} | more


def plan(tables=TABLES) -> Plan:
    """Offers 1 to 5: a and b in the first tier, b with tables of his own; c filtered, d direct and e in the second."""
    told = {"plugin": "json", "settings": DELIVERY["settings"] | tables}
    offers = [
        offer("a"),
        offer("b", delivery=told),
        offer("c", "rest", filter={"fact": "amount", "at_least": "100"}),
        offer("d", "rest", price="5"),
        offer("e", "rest"),
    ]
    rows = {
        "seller": [{"slug": "s"}],
        "buyer": [{"slug": slug} for slug in "abcde"],
        "campaign": [CAMPAIGN | {"tiers": TIERS}],
        "source": [SOURCE],
        "offer": offers,
    }
    market = compiled(rows)
    return Plan(market.campaigns[1], market.sources[1])


PLAN = plan()
FACTS = {"zip": "78701", "zip.state": "TX", "phone.area_code": "512"}
VALUES = {
    "first_name": Value("Ann", "Ann"),
    "phone": Value("(512) 555-0123", "+15125550123"),
    "zip": Value("78701", "78701"),
}
HELD = present_of(PLAN.campaign.fields, {"amount": ABSENT} | VALUES)
RECEIVED = ev.Received(1, 1, 1, 5, present=HELD)
MATCHED = ev.Matched(2, 0, (1, 2))
PINGED = ev.Pinged(3, 0, 40, (ev.BidLine(1, "bid", 10), ev.BidLine(2, "bid", 9)))
POSTING = ev.Posting(4, "sl_1", 1, 10, 8)
CLOSED = ev.Closed(9, "sold")
PING_A, PING_B = ("zip", "phone.area_code"), ("zip", "phone.area_code")
POST_A = ("zip", "first_name", "phone")


def told(*events: ev.Event) -> list[tuple]:
    shown = exposure(PLAN, FACTS, events)
    return [(each.offer, each.step, each.fields, "possibly" if each.possibly else each.at_ms) for each in shown]


def test_what_a_lead_has_is_kept_as_bits_that_hold_no_value():
    assert HELD == "7"
    assert ev.decode(ev.encode([RECEIVED]))[0].present == "7"


def test_pings_and_posts_are_listed_with_the_fields_that_they_read_and_the_lead_had():
    assert told(RECEIVED, MATCHED, PINGED, POSTING, ev.Sold(5, "sl_1", 10, 8), CLOSED) == [
        (1, "ping", PING_A, 3),
        (2, "ping", PING_B, 3),
        (1, "post", POST_A, 4),
    ]


def test_a_post_of_a_table_holds_what_the_table_names():
    posting = ev.Posting(4, "sl_1", 2, 9, 7)
    assert told(RECEIVED, PINGED, posting, ev.Sold(5, "sl_1", 9, 7), CLOSED)[-1] == (2, "post", ("phone", "zip"), 4)


@pytest.mark.parametrize("outcome", ["unreachable", "late"])
def test_what_never_left_is_struck(outcome):
    lines = (ev.BidLine(1, outcome, sent=False), ev.BidLine(2, "late"), ev.BidLine(4, "direct", 5))
    assert told(RECEIVED, ev.Pinged(3, 0, 40, lines), CLOSED) == [(2, "ping", PING_B, 3)]
    assert told(RECEIVED, POSTING, ev.Rejected(5, "sl_1", "unreachable", reached=False), CLOSED) == []


def test_a_doubtful_answer_is_no_doubt_that_it_was_shown():
    assert told(RECEIVED, POSTING, ev.Unsure(5, "sl_1", "timed_out"))[-1] == (1, "post", POST_A, 4)
    assert told(RECEIVED, POSTING, ev.Rejected(5, "sl_1", "rejected"), CLOSED)[-1] == (1, "post", POST_A, 4)


RESUMED = ev.Resumed(6, 2)


def test_after_a_crash_whoever_passes_the_static_checks_may_have_been_pinged():
    """Of the second tier neither the filtered offer nor the one with a fixed price."""
    everybody = [(n, "ping", PING_A, "possibly") for n in (1, 2, 5)]
    assert told(RECEIVED, RESUMED, ev.Closed(9, "unsold", "no_bids")) == everybody
    assert told(RECEIVED, RESUMED, MATCHED, PINGED, ev.Closed(9, "unsold")) == [
        *everybody, (1, "ping", PING_A, 3), (2, "ping", PING_B, 3),
    ]  # fmt: skip


def test_after_a_crash_with_a_post_under_way_it_may_have_been_shown_until_an_answer_proves_it():
    crashed = (RECEIVED, MATCHED, PINGED, POSTING, RESUMED)
    assert (1, "post", POST_A, "possibly") in told(*crashed, ev.Unsure(7, "sl_1", "uncertain"))
    assert (1, "post", POST_A, 4) in told(*crashed, ev.Asked(7, "sl_1"), ev.Sold(8, "sl_1", 10, 8), CLOSED)
    unsure = ev.Unsure(7, "sl_1", "uncertain")
    assert (1, "post", POST_A, 4) in told(*crashed, unsure, ev.Settled(8, "sl_1", "sold", "ann"), CLOSED)
    assert (1, "post", POST_A, "possibly") in told(*crashed, unsure, ev.Settled(8, "sl_1", "rejected", "ann"), CLOSED)
    assert (5, "ping", PING_A, "possibly") in told(*crashed, unsure), "the next tier may have been under way"


def test_a_lead_in_flight_lists_what_may_be_on_its_way():
    assert told(RECEIVED, MATCHED, PINGED, POSTING)[-2:] == [
        (1, "post", POST_A, "possibly"), (5, "ping", PING_A, "possibly"),
    ]  # fmt: skip


def test_test_leads_are_shown_to_nobody():
    assert told(ev.Received(1, 1, 1, 5, test=True, present=HELD), MATCHED, PINGED, POSTING, CLOSED) == []


def test_a_field_that_was_not_understood_is_sent_as_it_came_and_listed():
    values = {
        "first_name": ABSENT,
        "phone": Value("call me", None, fault="phone.not_a_phone"),
        "zip": ABSENT,
        "amount": ABSENT,
    }
    received = ev.Received(1, 1, 1, 5, present=present_of(PLAN.campaign.fields, values))
    shown = exposure(PLAN, {}, [received, PINGED, POSTING, ev.Sold(5, "sl_1", 10, 8), CLOSED])
    assert [each.fields for each in shown] == [(), (), ("phone",)]


def test_parts_of_personal_fields_are_facts():
    assert personal_of(PLAN.campaign, ("first_name", "phone", "zip", "phone.area_code")) == ("first_name", "phone")


def test_a_delivery_that_does_not_say_what_it_reads_reads_everything():
    from types import SimpleNamespace

    from outbid.core.dialect.secrets import NO_SECRETS
    from outbid.core.market.snapshot import delivery_of

    silent = SimpleNamespace(repeatable=lambda bound: False)
    made = delivery_of("theirs", silent, None, ("zip", "phone"))
    assert (made.reads.ping, made.reads.post, made.secrets) == (("zip", "phone"), ("zip", "phone"), NO_SECRETS)


def test_what_is_sent_only_sometimes_is_told_only_where_it_was_sent():
    when = {"fact": "zip.state", "equals": "TX"}
    entry = {"value": "{first_name} {phone | last 4}", "when": when}
    made = plan({"ping": {"z": "zip", "n": entry}, "post": {"n": entry}})
    asked = (ev.Received(1, 1, 1, 5, present=HELD), ev.Matched(2, 0, (2,)), ev.Pinged(3, 0, 1, (ev.BidLine(2, "bid"),)))
    for state, fields in (("TX", ("zip", "zip.state", "first_name", "phone")), ("CA", ("zip", "zip.state"))):
        [found] = exposure(made, FACTS | {"zip.state": state}, (*asked, CLOSED))
        assert (found.step, found.fields) == ("ping", fields)


def delayed(settings):
    rows = {
        "seller": [{"slug": "s"}],
        "buyer": [{"slug": "a"}],
        "campaign": [CAMPAIGN | {"tiers": TIERS}],
        "source": [SOURCE],
        "offer": [offer("a", price="5", delivery={"plugin": "email", "settings": settings})],
    }
    market = compiled(rows)
    return Plan(market.campaigns[1], market.sources[1])


LETTER = {
    "host": "m.example.com", "from": "a@example.com", "to": ["b@example.com"], "subject": "{zip}", "text": "{phone}",
    "delay": {"minutes": 5},
}  # fmt: skip
SOLD_LATER = [
    ev.Received(1, 1, 1, 1, present="ff"),
    ev.Posting(2, "sl_1", 1, 500, 400),
    ev.Sold(3, "sl_1", 500, 400),
    ev.Closed(4, "sold"),
]


def test_what_comes_after_the_sale_is_shown_when_it_was_delivered():
    plan = delayed(LETTER)
    (possible,) = exposure(plan, {}, SOLD_LATER)
    assert (possible.step, possible.possibly, possible.at_ms) == ("post", True, 4)
    (shown,) = exposure(plan, {}, [*SOLD_LATER, ev.Delivered(9, "sl_1", "sent", ms=3)])
    assert (shown.step, shown.possibly, shown.at_ms, set(shown.fields)) == ("post", False, 9, {"zip", "phone"})
    assert exposure(plan, {}, [*SOLD_LATER[:2], ev.Rejected(3, "sl_1", "rejected", reached=False)]) == []
