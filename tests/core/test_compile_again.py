"""A market compiled from the one before it is the market that is compiled from nothing, whatever changed in between."""

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outbid.core.market import taken_over
from outbid.core.market.compile import compile_market
from outbid.core.market.noun import KINDS
from outbid.core.market.problem import MarketError
from outbid.core.match import book
from outbid.plugins.registry import Registry

REGISTRY = Registry(installed=[])
FIELDS = [{"name": "phone", "type": "phone"}, {"name": "zip", "type": "zip"}, {"name": "amount", "type": "integer"}]
DELIVERY: dict[str, Any] = {
    "plugin": "json",
    "settings": {"ping_url": "https://b.example/ping", "post_url": "https://b.example/post"},
}


def delivery(**headers: str) -> dict[str, Any]:
    return {"plugin": "json", "settings": DELIVERY["settings"] | {"headers": headers}}


CAPS = st.sampled_from([[], [{"window": "day", "leads": 9}], [{"window": "hour", "money": "50"}]])
PAIRED = st.sampled_from([{}, {"b0": [{"window": "day", "money": "9"}]}, {"b1": [{"window": "week", "leads": 7}]}])
CHOICES: dict[str, dict[str, Any]] = {
    "seller": {"caps": CAPS, "buyer_caps": PAIRED},
    "group": {"caps": CAPS, "zone": st.sampled_from(["UTC", "Asia/Tokyo"])},
    "buyer": {"caps": CAPS, "zone": st.sampled_from(["UTC", "Asia/Tokyo"]), "group": st.sampled_from(["g0", "g1", "g2"]), "pings": st.sampled_from([None, {"per_minute": 7}])},
    "campaign": {
        "fields": st.sampled_from([FIELDS, [*FIELDS, {"name": "n", "type": "integer"}], FIELDS[:2]]),
        "floor": st.sampled_from(["1", "2"]),
        "tiers": st.sampled_from([[{"slug": "main"}, {"slug": "rest"}], [{"slug": "main", "places": 2}]]),
        "ping_fields": st.sampled_from([["zip"], ["zip", "amount"]]),
        "currency": st.sampled_from(["USD", "EUR"]),
        "breaker": st.sampled_from([None, {"after": 4}]),
        "health": st.sampled_from([None, {"rules": [{"measure": "slow", "over": "9%", "slow_ms": 300}]}]),
        "paused": st.booleans(),
    },
    "source": {
        "seller": st.sampled_from(["s0", "s1"]),
        "campaign": st.sampled_from(["c0", "c1"]),
        "buyers": st.sampled_from([None, ["b0"], ["b0", "b1"]]),
        "caps": CAPS,
        "buyer_caps": PAIRED,
    },
    "offer": {
        "buyer": st.sampled_from(["b0", "b1", "b2"]),
        "campaign": st.sampled_from(["c0", "c1"]),
        "tier": st.sampled_from(["main", "main", "rest"]),
        "filter": st.sampled_from(
            [None, {"fact": "amount", "at_least": 5}, {"fact": "zip.state", "one_of": ["TX", "CA"]}, {"fact": "n", "equals": 1}]
        ),
        "price": st.sampled_from([None, "3"]),
        "caps": CAPS,
        "source_caps": st.sampled_from([{}, {"w0": [{"window": "day", "leads": 3}]}]),
        "schedule": st.sampled_from([{}, {"slots": [{"days": ["mon-fri"], "caps": [{"window": "slot", "leads": 2}]}], "blocked": ["2026-12-25"]}]),
        "order": st.sampled_from([{}, {"leads": 9, "from": "2026-12-01"}, {"to": "2026-12-31"}]),
        "share": st.sampled_from([None, "30%"]),
        "pings": st.sampled_from([None, {"per_second": 5, "per_day": 900}]),
        "breaker": st.sampled_from([None, {"after": 3}]),
        "health": st.sampled_from([None, {"rules": [{"measure": "rejects", "over": "40%"}]}]),
        "paused": st.booleans(),
        "delivery": st.sampled_from([DELIVERY, delivery(Authorization="{secret:x}"), delivery(A="{secret:x}", B="{secret:y}")]),
    },
    "key": {"owner": st.sampled_from(["w0", "w1"]), "test": st.booleans(), "revoked": st.booleans()},
}  # fmt: skip
FIXED: dict[str, dict[str, Any]] = {
    "seller": {},
    "group": {},
    "buyer": {},
    "campaign": {"fields": FIELDS, "tiers": [{"slug": "main"}, {"slug": "rest"}], "ping_fields": ["zip"]},
    "source": {"seller": "s0", "campaign": "c0", "payout": {"share": "80%"}},
    "offer": {"buyer": "b0", "campaign": "c0", "tier": "main", "delivery": DELIVERY},
    "key": {"holder": "source", "owner": "w0"},
}
START = {"seller": ["s0", "s1"], "group": ["g0", "g1"], "buyer": ["b0", "b1", "b2"], "campaign": ["c0", "c1"], "source": ["w0", "w1"], "key": ["k0"],
         "offer": [f"o{n}" for n in range(6)]}  # fmt: skip
LEADS = [{}, {"amount": 7, "zip.state": "TX"}, {"amount": 1, "zip.state": "CA", "n": 1}, {"n": 1}]


@st.composite
def edits(draw: Any) -> list[tuple[str, str, dict[str, Any] | None]]:
    """One change of a market: a few nouns that become others, come or go."""
    found: list[tuple[str, str, dict[str, Any] | None]] = []
    for _ in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from([*KINDS, "offer", "offer"]))
        slug = draw(st.sampled_from([*START[kind], f"{kind[0]}9"]))
        if draw(st.integers(0, 4)) == 0:
            found.append((kind, slug, None))
        else:
            named = draw(st.sets(st.sampled_from(sorted(CHOICES[kind])), min_size=1, max_size=3))
            found.append((kind, slug, {name: draw(CHOICES[kind][name]) for name in sorted(named)}))
    return found


def number_of(slug: str) -> int:
    return int(slug[1:]) + 1


def noun_of(kind: str, slug: str, more: dict[str, Any]) -> Any:
    own = {"slug": slug, "hash": slug[-1] * 64} if kind == "key" else {"slug": slug}
    return msgspec.convert(FIXED[kind] | own | more, KINDS[kind])


def edited(nouns: Any, change: list[tuple[str, str, dict[str, Any] | None]]) -> Any:
    """The nouns after a change; those it leaves alone are the same objects, or equal ones."""
    found = {kind: dict(rows) for kind, rows in nouns.items()}
    for kind, slug, more in change:
        if more is None:
            found[kind].pop(slug, None)
        else:
            found[kind][slug] = (number_of(slug), noun_of(kind, slug, more))
    return found


def told(market: Any) -> Any:
    """Everything that can be compared of a market."""
    campaigns = {
        number: (c.slug, c.currency, [f.name for f in c.fields], sorted(c.facts), c.decisive, c.floor_micros, c.paused,
                 sorted(c.offers), [(t.slug, t.places, [o.number for o in t.offers]) for t in c.tiers])
        for number, c in market.campaigns.items()
    }  # fmt: skip
    sources = {
        n: (s.slug, s.seller, s.campaign.number, s.buyers, s.limits, s.pairs, s.paused)
        for n, s in market.sources.items()
    }
    offers = {
        n: (
            o.slug,
            o.buyer,
            o.group,
            o.campaign,
            o.node,
            o.price_micros,
            o.paused,
            o.limits,
            o.pairs,
            o.when,
            o.share,
            o.delivery.secrets,
        )
        for n, o in market.offers.items()
    }
    faults = (sorted(map(repr, market.lacks)), market.refers, market.secrets)
    return campaigns, sources, offers, market.keys, market.names, set(market.every_limit()), faults


def found_by(market: Any, buyers: frozenset[int] | None) -> Any:
    return [
        [offer.number for offer in tier.book.matching(lead, buyers)]
        for _, campaign in sorted(market.campaigns.items())
        for tier in campaign.tiers
        for lead in LEADS
    ]


def compiled(version: int, nouns: Any, before: Any, secrets: Any, lenient: bool) -> tuple[list[str], Any]:
    """What is at fault, and the market if nothing is."""
    try:
        return [], compile_market(version, nouns, REGISTRY, secrets, before=before, lenient=lenient)
    except MarketError as error:
        return sorted(map(repr, error.problems)), None


@pytest.fixture(autouse=True)
def small_pages(monkeypatch):
    monkeypatch.setattr(book, "MOST_LATE", 3)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(edits(), st.dictionaries(st.sampled_from("xy"), st.sampled_from(["secret1", "secret2"]))),
        min_size=1,
        max_size=6,
    ),
    st.booleans(),
)
def test_what_is_compiled_from_the_market_before_is_what_is_compiled_from_nothing(changes, lenient):
    nouns = {kind: {slug: (number_of(slug), noun_of(kind, slug, {})) for slug in START[kind]} for kind in KINDS}
    market = compile_market(1, nouns, REGISTRY)
    limits = set(market.every_limit())
    for version, (change, secrets) in enumerate(changes, 2):
        wanted = edited(nouns, change)
        problems, anew = compiled(version, wanted, taken_over.EMPTY, secrets, lenient)
        again, found = compiled(version, wanted, market, secrets, lenient)
        assert again == problems
        if found is None:
            continue
        before, market, nouns = market, found, wanted
        assert market.version == version
        assert told(market) == told(anew)
        for buyers in (None, frozenset({1}), frozenset({2, 3})):
            assert found_by(market, buyers) == found_by(anew, buyers)
        for source in market.sources.values():
            assert source.campaign is market.campaigns[source.campaign.number]
        for number, offer in market.offers.items():
            assert market.campaigns[offer.campaign].offers[number] is offer
        limits |= set(market.every_limit(before))
        assert set(market.every_limit()) <= limits
        back = compile_market(version - 1, before.nouns, REGISTRY, before.secrets, before=market, lenient=True)
        assert told(back) == told(before)


def test_what_did_not_change_is_taken_over_and_not_made_again():
    nouns = {kind: {slug: (number_of(slug), noun_of(kind, slug, {})) for slug in START[kind]} for kind in KINDS}
    market = compile_market(1, nouns, REGISTRY)
    again = compile_market(2, edited(nouns, [("offer", "o1", {"price": "4"})]), REGISTRY, before=market)
    same = [number for number, offer in market.offers.items() if again.offers[number] is offer]
    assert same == [1, 3, 4, 5, 6]
    assert again.campaigns[2] is market.campaigns[2]
    assert again.sources[1].campaign is again.campaigns[1]
    assert again.campaigns[1].fields is market.campaigns[1].fields
    whole = compile_market(3, nouns, REGISTRY, before=again)
    assert whole.offers[2].price_micros is None
    assert taken_over.EMPTY.offers == {}


def test_accounts_of_a_sale_are_remembered_until_a_limit_of_it_changes():
    capped = {"caps": [{"window": "day", "leads": 9}]}
    start = {kind: {slug: (number_of(slug), noun_of(kind, slug, {})) for slug in START[kind]} for kind in KINDS}
    nouns = edited(start, [("offer", "o1", capped)])
    market = compile_market(1, nouns, REGISTRY)
    known = market.limits(market.sources[1], market.offers[2])
    other = compile_market(2, edited(nouns, [("offer", "o2", {"price": "4"})]), REGISTRY, before=market)
    assert other.limits(other.sources[1], other.offers[2]) is known
    lower = compile_market(3, edited(nouns, [("source", "w0", capped)]), REGISTRY, before=other)
    now = lower.limits(lower.sources[1], lower.offers[2])
    assert now is not known
    assert (now.version, len(now.at(0)), len(known.at(0))) == (3, 2, 1)
