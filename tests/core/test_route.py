"""What comes next: one table of stages, one row for every fork in the road."""

from types import SimpleNamespace

import pytest

from outbid.core.contract import PingReply
from outbid.core.dialect.wire import Failure, Response, Timings
from outbid.core.lead.event import BidLine, Standing
from outbid.core.lead.state import Sale, Stage, State
from outbid.core.market.snapshot import NOTHING, Part, Queue, Split, Step, Terms
from outbid.core.price.lines import line_of_answer
from outbid.core.price.picking import Pick, ranking
from outbid.core.price.terms import terms_of
from outbid.core.route import Ask, Close, Inspect, Match, Ping, Plan, Post, Quote, Recheck, Wait, next_step


def offer(number: int, priority: int = 100, floor: int = 0, most: int = 1 << 62):
    return SimpleNamespace(
        number=number,
        priority=priority,
        weight=1,
        handicap=0,
        floor_micros=floor,
        most_micros=most,
        group=f"group {number % 4}",
        when=None,
    )


def by_price(bids, turn, draw):
    return sorted(bids, key=lambda bid: (-bid.price_micros, bid.offer))


def plan(
    most_posts: int = 20,
    source_posts: int = 1000,
    tier_posts: int = 10,
    tiers: int = 2,
    places: tuple[int, ...] = (1, 1),
    queue: Queue | None = None,
) -> Plan:
    made = [
        SimpleNamespace(
            slug=f"tier {i}",
            rank=by_price,
            most_posts=tier_posts,
            floor_micros=0,
            places=n,
            queue=None,
            reads=frozenset(),
            pricing=None,
        )
        for i, n in enumerate(places)
    ]
    made[-1].queue = queue
    campaign = SimpleNamespace(
        tiers=tuple(made[:tiers]),
        offers={n: offer(n) for n in range(1, 9)},
        most_posts=most_posts,
        floor_micros=0,
        margin=NOTHING,
        least_margin=NOTHING,
        loss_allowed=False,
        rules=None,
        routes=(),
        review_ms=50,
    )
    source = SimpleNamespace(
        slug="web",
        payout=Part(800_000),
        most_posts=source_posts,
        floor_micros=0,
        floor_fact=None,
        rules=None,
        quotes=SimpleNamespace(all=False),
    )
    return Plan(campaign, source)


def sale(number: int, status: str = "rejected", asks: int = 0, tier: int = 0) -> Sale:
    return Sale(f"sl_{number}", number, status, 10, 8, asks, tier=tier)


def missed(number: int) -> Sale:
    return Sale(f"sl_{number}", number, "rejected", 10, 8, reached=False)


FLOOR_8 = Terms(8, Split((Step(0, NOTHING, NOTHING),)))
BIDS = (BidLine(1, "bid", 30), BidLine(2, "bid", 20), BidLine(3, "direct", 25))
BIDDING = State(stage="bidding", tier=0, offers=(1, 2, 3), bids=BIDS, matched_any=True)


def with_(state: State, **changes) -> State:
    from msgspec.structs import replace

    return replace(state, **changes)


REJECTED_ONE = with_(BIDDING, tried=frozenset({1}), sales=(sale(1),))
QUOTED = with_(BIDDING, stage="quoted", promise_micros=24)
PROMISED = with_(QUOTED, stage="bidding")
LATER = plan(queue=Queue(10, 5, 20))
LEFT = with_(BIDDING, bids=(), arrived_ms=100, matched_any=True)
IN_QUEUE = with_(LEFT, tier=1, due_tier=1, due_ms=110)
TABLE = [
    ("a new lead is inspected", plan(), State(stage="received"), Inspect("arrival")),
    ("a good lead goes to the first tier", plan(), State(stage="inspected"), Match(0)),
    ("a refused lead is closed", plan(), State(stage="inspected", refused="duplicate"), Close("refused", "duplicate")),
    ("a settled reject goes on with its tier", plan(), State(stage="inspected", tier=1, anew=True, matched_any=True), Match(1)),
    ("a campaign without tiers sells nothing", plan(tiers=0), State(stage="inspected"), Close("unsold", "no_match")),
    ("who matched is asked", plan(), State(stage="matched", tier=0, offers=(1, 2)), Ping(0, (1, 2))),
    ("a tier without a match is passed over", plan(), State(stage="matched", tier=0), Match(1)),
    ("no tier matched", plan(), State(stage="matched", tier=1), Close("unsold", "no_match")),
    ("nobody bid", plan(), State(stage="bidding", tier=1, matched_any=True), Close("unsold", "no_bids")),
    ("who bid too little could mend it, before one without room", plan(), State(stage="bidding", tier=1, matched_any=True, without_room=True, underbid=True), Close("unsold", "no_bids")),
    ("who won and had no room would have bought", plan(), State(stage="bidding", tier=1, matched_any=True, without_room=True, underbid=True, tried=frozenset((1,))), Close("unsold", "no_room")),
    ("nobody had room", plan(), State(stage="bidding", tier=1, matched_any=True, without_room=True), Close("unsold", "no_room")),
    ("nobody bid here", plan(), State(stage="bidding", tier=0, offers=(1,), matched_any=True), Match(1)),
    ("the best bid is posted", plan(), BIDDING, Post((Pick(1, 30, 24),))),
    ("then the next", plan(), REJECTED_ONE, Post((Pick(3, 25, 20),))),
    ("then the last", plan(), with_(REJECTED_ONE, tried=frozenset({1, 3})), Post((Pick(2, 20, 16),))),
    ("then the next tier", plan(), with_(REJECTED_ONE, tried=frozenset({1, 2, 3})), Match(1)),
    ("all tiers rejected", plan(), with_(REJECTED_ONE, tier=1, tried=frozenset({1, 2, 3})), Close("unsold", "all_rejected")),
    ("who had no room is passed over", plan(), with_(BIDDING, tried=frozenset({1})), Post((Pick(3, 25, 20),))),
    ("the tier's limit of posts", plan(tier_posts=1), REJECTED_ONE, Match(1)),
    ("the campaign's limit of posts", plan(most_posts=1), REJECTED_ONE, Close("unsold", "resell_limit")),
    ("the source's limit of posts", plan(source_posts=1), REJECTED_ONE, Close("unsold", "resell_limit")),
    ("the limit holds between tiers", plan(most_posts=1), with_(REJECTED_ONE, stage="matched", offers=()), Close("unsold", "resell_limit")),
    ("all who matched were full", plan(), State(stage="matched", tier=1, without_room=True), Close("unsold", "no_room")),
    ("nobody was reached", plan(), with_(REJECTED_ONE, tier=1, tried=frozenset({1, 2, 3}), sales=(missed(1),)), Close("unsold", "none_reached")),
    ("who was not reached uses up no post", plan(most_posts=1, tier_posts=1), with_(REJECTED_ONE, sales=(missed(1),)), Post((Pick(3, 25, 20),))),
    ("a post without an answer is asked", plan(), with_(BIDDING, stage="posting", sales=(sale(1, "posting"),)), Ask("sl_1")),
    ("only the open sale is asked", plan(), with_(BIDDING, stage="posting", sales=(sale(1), sale(2, "posting"))), Ask("sl_2")),
    ("an uncertain sale waits", plan(), with_(BIDDING, sales=(sale(1, "uncertain"),)), Wait("settled")),
    ("an uncertain sale lets nobody else buy, in no tier", plan(places=(1, 5)), with_(BIDDING, sales=(sale(1, "uncertain"),)), Wait("settled")),
    ("a sold lead is closed", plan(), with_(BIDDING, sales=(sale(1, "sold"),)), Close("sold")),
    ("who bought alone stays alone", plan(places=(1, 5)), with_(BIDDING, sales=(sale(1, "sold"),)), Close("sold")),
    ("a shared lead goes to the best at once", plan(places=(2, 1)), BIDDING, Post((Pick(1, 30, 24), Pick(3, 25, 20)))),
    ("then to the next for the place that is left", plan(places=(2, 1)), with_(BIDDING, tried=frozenset({1, 3}), sales=(sale(1, "sold"), sale(3))), Post((Pick(2, 20, 16),))),
    ("a place that may have been sold is not sold again", plan(places=(2, 1)), with_(BIDDING, tried=frozenset({1, 3}), sales=(sale(1, "sold"), sale(3, "uncertain"))), Wait("settled")),
    ("never two of one group", plan(places=(3, 1)), with_(BIDDING, bids=(*BIDS, BidLine(5, "bid", 29))), Post((Pick(1, 30, 24), Pick(3, 25, 20), Pick(2, 20, 16)))),
    ("nor beside one who bought", plan(places=(3, 1)), with_(BIDDING, tried=frozenset({1}), sales=(sale(1, "sold"),), bids=(BidLine(5, "bid", 29), BidLine(2, "bid", 20))), Post((Pick(2, 20, 16),))),
    ("but in the place of one who rejected", plan(places=(3, 1)), with_(BIDDING, tried=frozenset({1}), sales=(sale(1),), bids=(BidLine(5, "bid", 29),)), Post((Pick(5, 29, 23),))),
    ("the limit of posts counts side by side too", plan(places=(3, 1), most_posts=2), BIDDING, Post((Pick(1, 30, 24), Pick(3, 25, 20)))),
    ("what is left goes to a later shared tier", plan(places=(3, 4)), with_(BIDDING, bids=(), sales=(sale(1, "sold"),)), Match(1)),
    ("not to one with fewer places", plan(places=(3, 1)), with_(BIDDING, bids=(), sales=(sale(1, "sold"),)), Close("sold")),
    ("an earlier tier's promise holds in a later one", plan(places=(2, 4)), with_(BIDDING, tier=1, tried=frozenset({1}), sales=(sale(1, "sold"),)), Post((Pick(3, 25, 20),))),
    ("a settled sale goes on for the places that are left", plan(places=(2, 1)), with_(BIDDING, stage="inspected", tier=-1, bids=(), sales=(sale(1, "sold"),)), Match(0)),
    ("a full source ends a shared lead as sold", plan(places=(2, 1)), with_(BIDDING, refused="cap_reached", sales=(sale(1, "sold"),)), Close("sold")),
    ("a full source refuses a lead that nobody has", plan(), with_(BIDDING, refused="cap_reached"), Close("refused", "cap_reached")),
    ("who is held waits for a person", plan(), State(stage="inspected", held="x", held_ms=100), Wait("reviewed", 150)),
    ("who was refused in review is closed", plan(), State(stage="inspected", refused="x"), Close("refused", "x")),
    ("a ping is inspected before it is asked", plan(), State(stage="received", quoting=True), Inspect("before_ping")),
    ("a ping is not held", plan(), State(stage="inspected", held="x", quoting=True), Match(0)),
    ("what is left waits for its hour", LATER, LEFT, Wait("due", 110, 1)),
    ("then it is tried", LATER, with_(IN_QUEUE, stage="inspected", tier=0), Match(1)),
    ("then again", LATER, IN_QUEUE, Wait("due", 115, 1)),
    ("until it is too old", LATER, with_(IN_QUEUE, due_ms=116), Close("unsold", "no_bids")),
    ("whoever comes late to the queue is not tried", LATER, with_(IN_QUEUE, stage="inspected", tier=0, due_ms=121), Close("unsold", "no_bids")),
    ("a ping does not queue", LATER, with_(LEFT, quoting=True), Close("unsold", "no_bids")),
    ("nor does who is sold in part", plan(places=(2, 2), queue=Queue(10, 5, 20)), with_(LEFT, sales=(sale(1, "sold"),)), Close("sold")),
    ("a ping ends with a promise", plan(), with_(BIDDING, quoting=True), Quote(Pick(1, 30, 24))),
    ("a ping that nobody bids on goes to the next tier", plan(), with_(BIDDING, quoting=True, bids=()), Match(1)),
    ("a quote waits for its lead", plan(), QUOTED, None),
    ("the lead of a quote is inspected", plan(), with_(QUOTED, stage="received"), Inspect("arrival")),
    ("then its bidders are looked at again", plan(), with_(QUOTED, stage="inspected"), Recheck()),
    ("unless it is refused", plan(), with_(QUOTED, stage="inspected", refused="duplicate"), Close("refused", "duplicate")),
    ("the promise is paid", plan(), PROMISED, Post((Pick(1, 30, 24),))),
    ("by whoever can", plan(), with_(PROMISED, tried=frozenset({1}), sales=(sale(1),)), Post((Pick(3, 25, 24),))),
    ("and by nobody else", plan(), with_(PROMISED, tried=frozenset({1, 3}), sales=(sale(1), sale(3))), Match(1)),
    ("one after the other until it is kept", plan(places=(3, 1)), PROMISED, Post((Pick(1, 30, 24),))),
    ("then side by side, on top of it", plan(places=(3, 1)), with_(PROMISED, tried=frozenset({1}), sales=(sale(1, "sold"),)), Post((Pick(3, 25, 20), Pick(2, 20, 16)))),
    ("those who bid are gone", plan(tiers=1), with_(PROMISED, bids=(), offers=()), Close("unsold", "bids_gone")),
    ("or full", plan(tiers=1), with_(PROMISED, bids=(), offers=(), without_room=True), Close("unsold", "capped_since_ping")),
    ("a closed lead is left alone", plan(), State(stage="closed", status="sold"), None),
]  # fmt: skip


@pytest.mark.parametrize(("given", "state", "step"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_what_comes_next(given, state, step):
    assert next_step(given, state) == step


def test_every_stage_has_a_row():
    assert {state.stage for _, _, state, _ in TABLE} == set(Stage.__args__) - {"new"}


def ranking_of(lines) -> list[Pick]:
    made = plan()
    return list(ranking(made.campaign, made.terms(0, 0), made.campaign.tiers[0], with_(BIDDING, bids=lines)))


def test_a_bid_with_a_reason_is_never_posted():
    lines = (
        BidLine(1, "bid", 90, reason="below_floor"),
        BidLine(2, "pass"),
        BidLine(3, "late", 80),
        BidLine(4, "bid", 1),
    )
    assert ranking_of(lines) == [Pick(4, 1, 0)]


def test_an_offer_that_is_gone_is_not_posted():
    lines = (BidLine(99, "bid", 90), BidLine(1, "bid", 10))
    assert ranking_of(lines) == [Pick(1, 10, 8)]


@pytest.mark.parametrize(
    ("campaign", "source", "tier", "payout", "margin", "floor"),
    [
        (5, 0, 0, Part(0), 0, 5),
        (5, 7, 6, Part(0), 0, 7),
        (5, 7, 9, Part(0), 0, 9),
        (0, 0, 0, Part(800_000), 1_000_000, 4_999_996),
        (6_000_000, 0, 0, Part(800_000), 1_000_000, 6_000_000),
        (0, 0, 0, Part(None, 3_000_000), 500_000, 3_500_000),
    ],
)
def test_the_floor_is_the_highest_of_all(campaign, source, tier, payout, margin, floor):
    made = plan()
    made.campaign.floor_micros, made.campaign.least_margin = campaign, Part(None, margin)
    made.source.floor_micros, made.source.payout = source, payout
    made.campaign.tiers[0].floor_micros = tier
    assert terms_of(made.campaign, made.source, made.campaign.tiers[0], {}, 0).floor_micros == floor


@pytest.mark.parametrize(
    ("reply", "outcome", "price", "reason"),
    [
        (PingReply("bid", 20), "bid", 20, ""),
        (PingReply("bid", 10), "bid", 10, ""),
        (PingReply("bid", 9), "bid", 9, "below_floor"),
        (PingReply("bid", 20, currency="usd"), "bid", 20, ""),
        (PingReply("bid", 20, currency="EUR"), "bid", 20, "wrong_currency"),
        (PingReply("bid", 31), "bid", 30, ""),
        (PingReply("bid", 31, currency="EUR"), "bid", 31, "wrong_currency"),
        (PingReply("pass", reason="no_bid"), "pass", 0, "no_bid"),
        (PingReply("error", reason="server_error"), "error", 0, "server_error"),
        (PingReply("nonsense", reason="nonsense"), "nonsense", 0, "nonsense"),
    ],
)
def test_a_reply_becomes_a_line_that_says_why_it_cannot_win(reply, outcome, price, reason):
    line = line_of_answer(
        offer(1, floor=10, most=30), reply, Response(200, (), b"", Timings(total_ms=5.2)), FLOOR_8, "USD", Standing(3)
    )
    assert (line.outcome, line.price_micros, line.reason, line.ms) == (outcome, price, reason, 5)
    assert line.won_today == (3 if outcome == "bid" else 0)


@pytest.mark.parametrize(
    ("failure", "outcome", "reason"),
    [
        (Failure("timed_out", True, "wait"), "late", "late"),
        (Failure("timed_out", False, "connect"), "late", "late"),
        (Failure("not_awaited", True, "wait"), "late", "not_awaited"),
        (Failure("cut_off", True, "wait"), "error", "cut_off"),
        (Failure("unreachable", False, "connect"), "unreachable", "unreachable"),
        (None, "unreachable", "bad_request"),
    ],
)
def test_who_did_not_answer_has_a_line_too(failure, outcome, reason):
    line = line_of_answer(offer(1), PingReply("bid", 20), failure, FLOOR_8, "USD", Standing(3))
    assert (line.outcome, line.price_micros, line.reason) == (outcome, 0, reason)
