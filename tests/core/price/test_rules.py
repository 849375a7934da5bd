"""Rules as an operator writes them: which applies, what it does to a sale, and that the sale can say so afterwards."""

import re
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from msgspec.structs import replace
from ruamel.yaml import YAML

from harness.market import nouns, offer
from outbid.core.lead import event as ev
from outbid.core.lead.state import Sale
from outbid.core.market.compile import compile_market
from outbid.core.market.problem import MarketError
from outbid.core.market.snapshot import Part
from outbid.core.price.lowered import is_too_low, payout_at
from outbid.core.price.terms import _terms
from outbid.core.replay.dry_run import Given, dry_run
from outbid.core.replay.priced import priced
from outbid.core.replay.receipts import receipts
from outbid.core.replay.replay import replay
from outbid.core.route import Plan
from outbid.plugins.registry import Registry

PAGE = Path(__file__).parents[3] / "docs" / "how_to" / "set_prices.md"
REGISTRY, M = Registry(), 1_000_000
TX = {"state": "TX", "zip": "78701", "amount": 50}


def numbered(made):
    return {kind: {s: (i, n) for i, (s, n) in enumerate(found.items(), 1)} for kind, found in made.items()}


def market_of(*offers, campaign=None, source=None, before=None):
    made = nouns(list(offers), campaign_more=campaign or {}, source_more=source or {})
    return compile_market(1, numbered(made), REGISTRY, **({} if before is None else {"before": before}))


def plan_of(*offers, campaign=None, source=None):
    market = market_of(*offers, campaign=campaign, source=source)
    return Plan(market.campaigns[1], market.sources[1])


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


NOON, EVENING = at("2026-07-01T16:00"), at("2026-07-01T23:00")
"""A Wednesday in New York: noon, and seven in the evening."""


def sale_of(plan: Plan, bids=None, facts=TX, at_ms: int = NOON):
    """The first sale of a lead that would come now, what made its price, and all that happened."""
    given = Given(1, at_ms, lambda *_: None, bids or {}, {}, [(0, 0.5)] * len(plan.campaign.tiers))
    ahead = dry_run(plan, facts, ev.Inspected(at_ms, "arrival"), given)
    assert replay(plan, facts, ahead.events) == []
    if not ahead.end.sales:
        return None, None, ahead
    sale = ahead.end.sales[0]
    return sale, priced(plan, facts, ahead.events)[sale.id], ahead


EVENINGS = {"name": "evenings", "hours": [{"days": ["mon-fri"], "from": "18:00", "to": "22:00"}], "price": "18"}
TEXAS = {"name": "texas", "when": {"fact": "state", "equals": "TX"}, "price": "16"}


@pytest.mark.parametrize(
    ("at_ms", "facts", "price", "rule"),
    [
        (EVENING, TX, 18, "evenings"),
        (NOON, TX, 16, "texas"),
        (NOON, {"state": "CA"}, 12, ""),
        (EVENING, {}, 18, "evenings"),
    ],
)
def test_the_same_lead_at_two_hours_gets_two_prices_and_both_are_explained(at_ms, facts, price, rule):
    plan = plan_of(offer("ace", 9, prices=[EVENINGS, TEXAS], price="12"))
    sale, made, _ = sale_of(plan, facts=facts, at_ms=at_ms)
    assert (sale.price_micros, made.price_rule, made.pricing) == (price * M, rule, "agreed")


def test_an_offer_whose_rules_do_not_fit_has_no_price_for_the_lead():
    plan = plan_of(offer("ace", 9, prices=[EVENINGS]))
    sale, _, ahead = sale_of(plan)
    assert sale is None
    assert [(r.outcome, r.reason) for r in receipts(plan, TX, ahead.events)] == [("not_asked", "no_price")]


def test_of_floors_the_highest_that_fits_counts_and_is_named():
    floors = [{"name": "low", "floor": "3"}, {"name": "high", "sources": ["web"], "floor": "7"},
              {"name": "never", "hours": [{"days": ["sun"]}], "floor": "99"}]  # fmt: skip
    plan = plan_of(offer("ace", 9, price="7"), campaign={"floors": floors})
    sale, made, _ = sale_of(plan)
    assert (sale.price_micros, made.floor_rule, made.floor_micros) == (7 * M, "high", 7 * M)
    assert sale_of(plan_of(offer("ace", 9, price="6.99"), campaign={"floors": floors}))[0] is None


def test_the_margin_is_taken_first_as_a_percent_that_is_rounded_once_then_the_payout():
    plan = plan_of(offer("ace", 9, price="40"), campaign={"margin": "15%"})
    assert sale_of(plan)[0].payout_micros == 27_200_000
    split = _terms(0, ((0, Part(333_333)),), ((0, Part(500_000)),), None).split
    assert split.payout_of(10) == 3, "6.66667 are left, cut to 6, and half of them is 3"
    assert split.payout_of(1_000_003) == (1_000_003 * 666_667 // M) // 2


@pytest.mark.parametrize(
    ("price", "payout", "rule"), [("45", 38_250_000, "top"), ("40", 34 * M, "top"), ("20", 16 * M, "middle"), ("19.99", 13_993_000, "")]
)  # fmt: skip
def test_a_payout_goes_by_the_first_rule_that_speaks_of_the_price(price, payout, rule):
    rules = [
        {"name": "top", "from_price": "40", "share": "85%"},
        {"name": "middle", "from_price": "20", "share": "80%"},
    ]
    plan = plan_of(offer("ace", 9, price=price), source={"payout": {"share": "70%", "rules": rules}})
    sale, made, _ = sale_of(plan)
    assert (sale.payout_micros, made.payout_rule) == (payout, rule)


def test_a_price_in_a_gap_that_leaves_too_little_is_below_the_floor_and_the_next_good_one_is_named():
    source = {"payout": {"share": "80%", "rules": [{"name": "dear", "from_price": "20", "fixed": "19.50"}]}}
    plan = plan_of(offer("ace", 9), campaign={"least_margin": "1"}, source=source)
    assert [sale_of(plan, {1: bid * M // 2})[0] is not None for bid in (9, 38, 40, 41)] == [False, True, False, True]
    _, _, ahead = sale_of(plan, {1: 20 * M})
    receipt = receipts(plan, TX, ahead.events)[0]
    assert (receipt.reason, receipt.price_micros, receipt.floor_micros) == ("below_floor", 20 * M, 20_500_000)


def test_a_loss_is_allowed_only_where_the_campaign_says_so():
    more = {"source": {"payout": {"fixed": "9"}}}
    assert sale_of(plan_of(offer("ace", 9, price="5"), **more))[0] is None
    sale, _, _ = sale_of(plan_of(offer("ace", 9, price="5"), campaign={"loss_allowed": True}, **more))
    assert (sale.price_micros, sale.payout_micros) == (5 * M, 9 * M)


SECOND = {"tiers": [{"slug": "main", "floor": "2", "pricing": {"rule": "second"}}]}


def test_a_second_price_names_the_rival_and_the_bid():
    plan = plan_of(offer("ace", 9, handicap="20%"), offer("bee", 9), campaign=SECOND)
    sale, made, _ = sale_of(plan, {1: 30 * M, 2: 20 * M})
    assert (sale.offer, sale.price_micros) == (1, 25 * M)
    assert (made.pricing, made.bid_micros, made.rank_micros, made.rival) == ("second", 30 * M, 24 * M, 2)
    sale, made, _ = sale_of(plan, {1: 30 * M})
    assert (sale.price_micros, made.rival) == (2 * M, 0)


def test_after_a_reject_the_rest_is_priced_anew():
    plan = plan_of(offer("ace", 9), offer("bee", 9), offer("cab", 9), campaign=SECOND)
    *_, ahead = sale_of(plan, {1: 30 * M, 2: 25 * M, 3: 20 * M})
    begun = [event for event in ahead.events if not isinstance(event, ev.Sold | ev.Closed)]
    posting = begun[-1]
    again = [ev.Rejected(NOON, posting.sale, "rejected"), ev.Posting(NOON, "sl_2", 2, 20 * M, 16 * M)]
    assert posting.price_micros == 25 * M
    assert replay(plan, TX, [*begun, *again]) == []
    assert priced(plan, TX, [*begun, *again])["sl_2"].rival == 3


def test_highest_net_sells_to_whoever_leaves_the_house_the_most():
    rules = [{"name": "dear", "from_price": "20", "share": "95%"}]
    source = {"payout": {"share": "70%", "rules": rules}}
    tiers = {"tiers": [{"slug": "main", "method": {"plugin": "highest_net"}}]}
    plan = plan_of(offer("ace", 9), offer("bee", 9), campaign=tiers, source=source)
    assert sale_of(plan, {1: 22 * M, 2: 19 * M})[0].offer == 2


@pytest.mark.parametrize(
    ("shortfall", "payout"), [("seller", 7_000_000), ("house", 9_600_000), ("shared", 8_000_000)]
)  # fmt: skip
def test_the_campaign_says_who_bears_a_price_that_is_lowered_in_the_posts_answer(shortfall, payout):
    terms = _terms(0, ((0, Part(None, 0)),), ((0, Part(700_000)), (11 * M, Part(800_000))), Part(None, 0))
    sale, offer_ = Sale("sl_1", 1, "posting", 12 * M, 9_600_000), SimpleNamespace(floor_micros=0)
    campaign = SimpleNamespace(shortfall=shortfall, least_margin=Part(None, 0), loss_allowed=False)
    assert payout_at(campaign, terms, sale, 10 * M, promised=False) == payout
    assert payout_at(campaign, terms, sale, 10 * M, promised=True) == 9_600_000
    assert is_too_low(campaign, terms, offer_, sale, 9 * M, 0) is (shortfall == "house")
    campaign.loss_allowed = True
    assert not is_too_low(campaign, terms, offer_, sale, 9 * M, 0)
    assert is_too_low(campaign, terms, offer_, sale, 9 * M, 9_600_000), "a promise is not kept at a loss"


def test_what_prices_look_at_decides_whether_a_quote_stands():
    rules = {
        "payout": {"share": "80%", "rules": [{"name": "a", "when": {"fact": "zip", "equals": "78701"}, "share": "70%"}]}
    }
    floors = {"floors": [{"name": "b", "when": {"fact": "amount", "at_least": 5}, "floor": "1"}], "ping_fields": []}
    plan = plan_of(offer("ace", 9, price="9", prices=[TEXAS]), campaign=floors, source=rules)
    assert plan.source.decisive == {"zip", "amount", "state"}


def pieces() -> list[str]:
    return re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("piece", pieces(), ids=[re.sub(r"\W+", " ", piece)[:50] for piece in pieces()])
def test_what_the_page_on_prices_shows_is_a_market(piece):
    given = YAML(typ="safe").load(piece)
    rows = {kind: found[0] for kind, found in given.items()}
    ace = offer("ace", 9) | rows.get("offers", {})
    market_of(ace, campaign=rows.get("campaigns"), source=rows.get("sources"))
    assert {len(found) for found in given.values()} == {1}


CHANCE = {"tiers": [{"slug": "main", "floor": "1", "method": {"plugin": "weighted"}, "pricing": {"rule": "second"}}]}
FAULTS = [
    ({"campaign": CHANCE}, ("tiers", 0, "pricing", "rule"), "'weighted' does not rank by price"),
    ({"campaign": {"tiers": [{"slug": "main", "pricing": {"rule": "second"}}]}}, ("tiers", 0, "pricing", "rule"), "give the tier or the campaign a floor"),
    ({"campaign": {"tiers": [{"slug": "main", "early": True, "method": {"plugin": "highest_net"}}]}}, ("tiers", 0, "early"), "cannot tell"),
    ({"campaign": {"floors": [TEXAS_FLOOR := {"name": "x", "floor": "1"}, TEXAS_FLOOR]}}, ("floors", 1, "name"), "two rules named 'x'"),
    ({"campaign": {"floors": [{"name": "x", "floor": "1", "sources": ["nobody"]}]}}, ("floors", 0, "sources", 0), "there is no source 'nobody'"),
    ({"campaign": {"margins": [{"name": "x", "margin": "1%", "when": {"fact": "age", "at_least": 1}}]}}, ("margins", 0, "when", "fact"), "has no fact 'age'"),
    ({"source": {"floors": [{"name": "x", "floor": "1", "sources": ["web"]}]}}, ("floors", 0, "sources"), "leave sources out"),
    ({"ace": {"handicap": "100%"}}, ("handicap",), "less than 100%"),
    ({"ace": {"prices": [{"name": "x", "price": "0"}]}}, ("prices", 0, "price"), "more than zero"),
    ({"ace": {"prices": [TEXAS], "most": "5"}}, ("most",), "does not bid"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "path", "sentence"), FAULTS, ids=[row[2] for row in FAULTS])
def test_a_fault_in_a_rule_is_told_where_it_is(given, path, sentence):
    with pytest.raises(MarketError) as caught:
        market_of(offer("ace", 9, **given.get("ace", {})), campaign=given.get("campaign"), source=given.get("source"))
    found = [problem for problem in caught.value.problems if sentence in problem.sentence]
    assert [problem.path for problem in found] == [path], caught.value.problems


def test_a_source_that_goes_is_missed_by_the_rules_that_name_it():
    floors = {"floors": [{"name": "x", "floor": "1", "sources": ["web"]}]}
    rows = numbered(nouns([offer("ace", 9, prices=[{**TEXAS, "sources": ["web"]}])], campaign_more=floors))
    before = compile_market(1, rows, REGISTRY)
    gone = rows | {"source": {}, "key": {}}
    with pytest.raises(MarketError) as caught:
        compile_market(2, gone, REGISTRY, before=before)
    assert {(problem.kind, problem.path) for problem in caught.value.problems} == {
        ("campaign", ("floors", 0, "sources", 0)), ("offer", ("prices", 0, "sources", 0))
    }  # fmt: skip


def test_rules_cost_a_market_without_them_nothing():
    plan = plan_of(offer("ace", 9))
    assert (plan.campaign.rules, plan.source.rules, plan.campaign.tiers[0].pricing) == (None, None, None)
    assert plan.terms(0, 1) is replace(plan, facts=TX).terms(0, 2), "the very same terms for every lead"
