"""From nouns to a market: every fault is told with its noun, its path and a sentence, and all of them at once."""

from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from outbid.core.ledger.account import LEADS, Limit
from outbid.core.market.compile import compile_market
from outbid.core.market.noun import KINDS
from outbid.core.market.problem import MarketError, from_validation
from outbid.plugins.registry import Registry

FIELDS = [
    {"name": "first_name", "type": "text", "personal": True},
    {"name": "phone", "type": "phone"},
    {"name": "zip", "type": "zip"},
    {"name": "amount", "type": "integer"},
]
CAMPAIGN = {
    "slug": "auto",
    "fields": FIELDS,
    "checks": [{"plugin": "required", "settings": {"fields": ["phone"]}}, {"plugin": "type"}],
    "tiers": [{"slug": "main"}, {"slug": "rest", "method": {"plugin": "waterfall"}}],
    "ping_fields": ["zip", "phone.area_code"],
}
DELIVERY = {"plugin": "json", "settings": {"ping_url": "https://b.example/ping", "post_url": "https://b.example/post"}}
OFFER = {"slug": "o", "buyer": "b", "campaign": "auto", "tier": "main", "delivery": DELIVERY}
SOURCE = {"slug": "web", "seller": "s", "campaign": "auto", "payout": {"share": "80%"}}
KEY = {"slug": "k", "holder": "source", "owner": "web", "hash": "0" * 64}


def rows(**changes: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """A good market; each change is merged into the noun of that kind."""
    good = {"seller": {"slug": "s"}, "buyer": {"slug": "b"}, "campaign": CAMPAIGN, "source": SOURCE, "offer": OFFER}
    return {kind: [row | changes.get(kind, {})] for kind, row in (good | {"key": KEY}).items()}


def compiled(found: dict[str, list[dict[str, Any]]], plugins: Any = None):
    nouns = {
        kind: {row["slug"]: (number, msgspec.convert(row, KINDS[kind])) for number, row in enumerate(some, 1)}
        for kind, some in found.items()
    }
    return compile_market(5, nouns, plugins or Registry())


def test_a_good_market_is_made_whole():
    market = compiled(
        rows(
            buyer={"wallet": {"credit": "100"}, "caps": [{"window": "day", "leads": 9}]},
            offer={"caps": [{"window": "hour", "money": "50"}], "filter": {"fact": "amount", "at_least": "5"}},
            campaign={"floor": "2.50", "caps": [{"window": "total", "leads": 7}]},
        )
    )
    offer, source, campaign = market.offers[1], market.sources[1], market.campaigns[1]
    assert market.version == 5
    assert offer.limits == (
        Limit("offer:1", "USD", "hour", "America/New_York", 50_000_000),
        Limit("buyer:1", LEADS, "day", "America/New_York", 9),
        Limit("buyer:1", "USD", "wallet", "America/New_York", 100_000_000),
    )
    assert source.limits == (Limit("campaign:1", LEADS, "total", "America/New_York", 7),)
    assert campaign.floor_micros == 2_500_000
    assert source.campaign is campaign
    assert campaign.offers == {1: offer}
    assert [tier.offers for tier in campaign.tiers] == [(offer,), ()]
    assert set(campaign.facts) >= {"zip", "zip.state", "phone.area_code", "amount"}
    assert "first_name" not in campaign.facts
    assert "phone" not in campaign.facts
    assert offer.matches({"amount": 5})
    assert not offer.matches({"amount": 4})
    assert market.keys["0" * 64].number == 1
    assert market.name("offer", 1) == "o"
    assert market.name("offer", 9) == "offer:9"


def test_an_empty_market_is_a_market():
    assert compile_market(0, {}, Registry()).sources == {}


def test_a_key_that_was_revoked_opens_nothing():
    assert compiled(rows(key={"revoked": True})).keys == {}


def test_a_key_of_the_house_needs_no_owner():
    assert compiled(rows(key={"holder": "house", "owner": ""})).keys["0" * 64].kind == "house"


def settings(**more: Any) -> dict[str, Any]:
    return {"delivery": {"plugin": "json", "settings": DELIVERY["settings"] | more}}


FIELD = {"name": "x", "type": "text"}
FAULTS = [
    ("campaign", {"fields": [*FIELDS, FIELD | {"name": "zip"}]}, ("fields", 4, "name"), "the field 'zip' is declared twice"),
    ("campaign", {"fields": [*FIELDS, FIELD | {"type": "color"}]}, ("fields", 4, "type"), "there is no 'color' in fields; there are: boolean, choice"),
    ("campaign", {"fields": [*FIELDS, FIELD | {"settings": {"max_length": 0}}]}, ("fields", 4, "settings", "max_length"), "write a whole number of 1 or more, not 0"),
    ("campaign", {"fields": [*FIELDS, FIELD | {"settings": {"longest": 5}}]}, ("fields", 4, "settings"), "there is no 'longest' here; there are: min_length"),
    ("campaign", {"fields": [*FIELDS, FIELD | {"type": "choice"}]}, ("fields", 4, "settings"), "missing required field `options`"),
    ("campaign", {"fields": [*FIELDS, FIELD | {"type": "choice", "settings": {"options": ["a", 1.5, {}]}}]}, ("fields", 4, "settings", "options", 1), "write text, not 1.5"),
    ("campaign", {"fields": [*FIELDS, FIELD | {"type": "integer", "settings": {"min": 2, "max": 1}}]}, ("fields", 4, "settings"), "min is larger than max"),
    ("campaign", {"checks": [{"plugin": "magic"}]}, ("checks", 0, "plugin"), "there is no 'magic' in validators"),
    ("campaign", {"checks": [{"plugin": "type"}, {"plugin": "required", "settings": {"fields": ["email"]}}]}, ("checks", 1, "settings"), "the campaign has no field 'email'"),
    ("campaign", {"checks": [{"plugin": "rule", "settings": {"name": "r", "require": {"fact": "age", "at_least": 1}}}]}, ("checks", 0, "settings", "require", "fact"), "the campaign has no fact 'age'"),
    ("campaign", {"checks": [{"plugin": "rule", "settings": {"require": {}}}]}, ("checks", 0, "settings"), "missing required field `name`"),
    ("campaign", {"checks": [{"plugin": "duplicate", "settings": {"fields": ["email"]}}]}, ("checks", 0, "settings"), "no field 'email'"),
    ("campaign", {"routes": [{"name": "a", "tiers": ["attic"]}]}, ("routes", 0, "tiers", 0), "the campaign has no tier 'attic'; it has main, rest"),
    ("campaign", {"routes": [{"name": "a", "tiers": ["rest", "main", "rest"]}]}, ("routes", 0, "tiers", 2), "the tier 'rest' stands twice"),
    ("campaign", {"routes": [{"name": "a", "tiers": ["main"]}, {"name": "a", "tiers": ["rest"]}]}, ("routes", 1, "name"), "there are two rules named 'a'"),
    ("campaign", {"routes": [{"name": "a", "percent": "60%", "tiers": ["main"]}, {"name": "b", "percent": "50%", "tiers": ["rest"]}]}, ("routes", 1, "percent"), "take more than 100% of all leads"),
    ("campaign", {"routes": [{"name": "a", "sources": ["nobody"], "tiers": ["main"]}]}, ("routes", 0, "sources", 0), "there is no source 'nobody'"),
    ("campaign", {"routes": [{"name": "a", "when": {"fact": "phone", "present": True}, "tiers": ["main"]}]}, ("routes", 0, "when", "fact"), "phone"),
    ("campaign", {"tiers": [{"slug": "main", "method": {"plugin": "dice"}}]}, ("tiers", 0, "method"), "there is no 'dice' in methods; there are: expected_value, fair_share, first_to_answer, highest_bid, highest_net, round_robin, waterfall, weighted"),
    ("campaign", {"tiers": [{"slug": "main", "method": {"plugin": "waterfall", "settings": {"x": 1}}}]}, ("tiers", 0, "method", "settings"), "there is no 'x' here"),
    ("campaign", {"tiers": [{"slug": "main", "floor": "1,50"}]}, ("tiers", 0, "floor"), "is not an amount such as 12.50"),
    ("campaign", {"tiers": [{"slug": "main", "floor": "-1"}]}, ("tiers", 0, "floor"), "'-1' is negative"),
    ("campaign", {"floor": "cheap"}, ("floor",), "'cheap' is not an amount"),
    ("campaign", {"least_margin": "-0.01"}, ("least_margin",), "is negative"),
    ("campaign", {"zone": "New York"}, ("zone",), "'New York' is no time zone; write one such as America/New_York"),
    ("campaign", {"zone": "../../etc/passwd"}, ("zone",), "is no time zone"),
    ("campaign", {"zone": ""}, ("zone",), "is no time zone"),
    ("campaign", {"dimensions": ["zip", "phone"]}, ("dimensions", 1), "'phone' is personal: tallies outlive the person, so they never hold it"),
    ("campaign", {"dimensions": ["zip", "color"]}, ("dimensions", 1), "the campaign has no field or part 'color'"),
    ("campaign", {"dimensions": ["zip", "phone.area_code", "zip"]}, ("dimensions", 2), "'zip' stands twice"),
    ("campaign", {"ping_fields": ["zip", "birth_date.age"]}, ("ping_fields", 1), "the campaign has no field or fact 'birth_date.age'"),
    ("seller", {"zone": "Mars/Base"}, ("zone",), "is no time zone"),
    ("buyer", {"zone": "Mars/Base"}, ("zone",), "is no time zone"),
    ("buyer", {"caps": [{"window": "day", "leads": 1}, {"window": "day", "leads": 2}]}, ("caps", 1), "there are two caps for LEAD and day"),
    ("source", {"seller": "nobody"}, ("seller",), "there is no seller 'nobody'; there are: s"),
    ("source", {"campaign": "home"}, ("campaign",), "there is no campaign 'home'; there are: auto"),
    ("source", {"zone": "Mars/Base"}, ("zone",), "is no time zone"),
    ("source", {"floor": "x"}, ("floor",), "is not an amount"),
    ("source", {"buyers": ["b", "c"]}, ("buyers", 1), "there is no buyer 'c'; there are: b"),
    ("source", {"intake": {"plugin": "fax"}}, ("intake", "plugin"), "there is no 'fax' in intakes; there are: any, form, google, json"),
    ("source", {"intake": {"plugin": "json", "settings": {"names": 1}}}, ("intake", "settings", "names"), "write an object, not 1"),
    ("source", {"caps": [{"window": "week", "money": "5"}, {"window": "week", "money": "6"}]}, ("caps", 1), "two caps for USD and week"),
    ("offer", {"buyer": "nobody"}, ("buyer",), "there is no buyer 'nobody'"),
    ("offer", {"campaign": "home"}, ("campaign",), "there is no campaign 'home'"),
    ("offer", {"tier": "gold"}, ("tier",), "the campaign 'auto' has no tier 'gold'; it has main, rest"),
    ("offer", {"zone": "Mars/Base"}, ("zone",), "is no time zone"),
    ("offer", {"price": "0"}, ("price",), "a fixed price is more than zero"),
    ("offer", {"price": "-3"}, ("price",), "is negative"),
    ("offer", {"price": "3,5"}, ("price",), "is not an amount"),
    ("offer", {"floor": "x"}, ("floor",), "is not an amount"),
    ("offer", {"filter": {"fact": "age", "equals": 1}}, ("filter", "fact"), "the campaign has no fact 'age'"),
    ("offer", {"filter": {"all": [{"fact": "amount", "at_least": "x"}]}}, ("filter", "all", 0, "at_least"), "write a number, not 'x'"),
    ("offer", {"filter": {"fact": "first_name", "equals": "Ann"}}, ("filter", "fact"), "no fact 'first_name'"),
    ("offer", {"filter": {"fact": "zip", "equals": "nowhere"}}, ("filter", "equals"), "zip: write what its field takes, not 'nowhere'"),
    ("offer", {"caps": [{"window": "day", "leads": 1}, {"window": "day", "leads": 1}]}, ("caps", 1), "two caps"),
    ("offer", {"private_targets": ["127.0.0.1:80", "localhost"]}, ("private_targets", 1), "'localhost' is not HOST:PORT"),
    ("offer", {"private_targets": ["10.0.0.0/8:80x"]}, ("private_targets", 0), "is not HOST:PORT"),
    ("offer", {"private_targets": ["a:80", "[::1]:80", "*:80"]}, ("private_targets", 2), "HOST:PORT of one host"),
    ("offer", {"private_targets": ["10.0.0.0/8:80"]}, ("private_targets", 0), "HOST:PORT of one host"),
    ("offer", {"private_targets": ["a:65536"]}, ("private_targets", 0), "is not HOST:PORT"),
    ("offer", {"delivery": {"plugin": "pigeon"}}, ("delivery", "plugin"), "there is no 'pigeon' in deliveries; there are: email, form, json"),
    ("offer", {"delivery": {"plugin": "json"}}, ("delivery", "settings"), "missing required field `post_url`"),
    ("offer", settings(post_url="ftp://b.example/"), ("delivery", "settings"), "must begin with http:// or https://"),
    ("offer", settings(post_url="https://"), ("delivery", "settings"), "the URL names no host"),
    ("offer", settings(post_url="https://u:p@b.example/"), ("delivery", "settings"), "put the user and password into"),
    ("offer", settings(post_url="https://b.example/a b"), ("delivery", "settings"), "a space or a control character"),
    ("offer", settings(post_url="https://b.example:99999/"), ("delivery", "settings"), "ort"),
    ("offer", settings(ping_url=None), ("delivery",), "an offer without a fixed price is pinged"),
    ("offer", settings(post={"zip": "zipp"}), ("delivery", "settings"), "the campaign has no field or fact 'zipp'"),
    ("offer", settings(ping={"a": "@nothing"}), ("delivery", "settings"), "there is no system value '@nothing'"),
    ("offer", settings(ping_reply={"price_path": "a..b"}), ("delivery", "settings"), "is not a path"),
    ("offer", settings(ping_reply={"price": "a"}), ("delivery", "settings", "ping_reply"), "there is no 'price' here; there are: accepted_path"),
    ("key", {"owner": "nobody"}, ("owner",), "the source 'nobody' has a key and is not in the market: outbid keys revoke k"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "change", "path", "sentence"), FAULTS)
def test_a_fault_is_told_where_it_is(kind, change, path, sentence):
    with pytest.raises(MarketError) as caught:
        compiled(rows(**{kind: change}))
    slug = rows()[kind][0]["slug"]
    told = [problem for problem in caught.value.problems if (problem.kind, problem.slug) == (kind, slug)]
    found = [problem for problem in told if problem.sentence != "mend the fields first"]
    assert [(problem.path, sentence in problem.sentence) for problem in found] == [(path, True)], found
    assert f"{kind} {slug}: " in str(caught.value)


def test_all_faults_are_told_at_once():
    broken = rows(campaign={"zone": "x"}, offer={"buyer": "x"}, source={"seller": "x"}, buyer={"zone": "x"})
    broken["offer"].append(OFFER | {"slug": "o2", "tier": "x"})
    with pytest.raises(MarketError) as caught:
        compiled(broken)
    found = {(problem.kind, problem.slug, problem.path) for problem in caught.value.problems}
    assert found >= {
        ("campaign", "auto", ("zone",)),
        ("offer", "o", ("buyer",)),
        ("offer", "o2", ("tier",)),
        ("source", "web", ("seller",)),
        ("buyer", "b", ("zone",)),
    }


def test_what_hangs_on_a_broken_campaign_is_told_to_wait_for_it():
    with pytest.raises(MarketError) as caught:
        compiled(rows(campaign={"fields": [FIELD | {"type": "color"}], "checks": [], "ping_fields": []}))
    told = {problem.kind: problem.sentence for problem in caught.value.problems}
    assert "are at fault" in told["offer"]
    assert told["source"] == "the campaign 'auto' is at fault"
    assert caught.value.problems[0].path == ("fields", 0, "type")


def test_a_direct_offer_needs_no_address_for_pings():
    assert compiled(rows(offer={"price": "3"} | settings(ping_url=None))).offers[1].price_micros == 3_000_000


def test_two_tiers_of_one_name_are_refused():
    with pytest.raises(MarketError):
        compiled(rows(campaign={"tiers": [{"slug": "main"}, {"slug": "main"}]}))


def test_a_revoked_key_does_not_keep_its_owner_from_going():
    compiled(rows(key={"owner": "gone", "revoked": True}))


def test_a_plugin_that_is_not_whole_is_told_where_it_is_used():
    class Broken(Registry):
        def get(self, kind: str, name: str) -> Any:
            if (kind, name) == ("methods", "waterfall"):
                from outbid.plugins.registry import PluginError

                raise PluginError("methods/waterfall lacks rank")
            return super().get(kind, name)

    with pytest.raises(MarketError) as caught:
        compiled(rows(), Broken())
    assert caught.value.problems[0].path == ("tiers", 1, "method")


def test_early_is_refused_where_the_method_does_not_promise_to_be_steady():
    class Own(Registry):
        def get(self, kind: str, name: str) -> Any:
            module = super().get(kind, name)
            if kind != "methods":
                return module
            return SimpleNamespace(Settings=module.Settings, LIVE=module.LIVE, rank=module.rank)

    tiers = [{"slug": "main", "early": True}]
    assert compiled(rows(campaign={"tiers": tiers})).campaigns[1].tiers[0].early
    with pytest.raises(MarketError) as caught:
        compiled(rows(campaign={"tiers": tiers}), Own())
    assert caught.value.problems[0].path == ("tiers", 0, "early")


def test_a_header_that_can_never_be_sent_is_refused():
    with pytest.raises(MarketError):
        compiled(rows(offer=settings(headers={"X-Key": "a\r\nb"})))


def test_two_keys_of_one_hash_are_not_told_apart():
    """The later one wins: hashes of 128 random bits do not meet."""
    found = rows()
    found["key"].append(KEY | {"slug": "k2", "holder": "house", "owner": ""})
    assert compiled(found).keys["0" * 64].key == "k2"


def test_a_flaw_of_a_plugin_carries_its_name_and_one_of_the_house_does_not():
    from outbid.core.contract import Flaw

    class Plugins(Registry):
        def get(self, kind: str, name: str) -> Any:
            if kind != "validators":
                return super().get(kind, name)
            judged = (Flaw("odd"), Flaw("duplicate"), Flaw("zip.not_a_zip"))
            return SimpleNamespace(
                Settings=msgspec.defstruct("Settings", []),
                needs=lambda lead, given: (),
                judge=lambda lead, answers, given: judged,
            )

    found = compiled(rows(campaign={"checks": [{"plugin": "mine", "on_flaw": "flag"}]}), Plugins())
    check = found.campaigns[1].checks[0]
    assert [flaw.code for flaw in check.judge(None, ())] == ["mine.odd", "duplicate", "zip.not_a_zip"]
    assert check.on_flaw == "flag"


def test_a_fault_of_a_field_carries_the_name_of_its_type():
    from datetime import date

    field = next(field for field in compiled(rows()).campaigns[1].fields if field.name == "zip")
    assert field.read("x", date(2026, 1, 1)).fault == "zip.not_a_zip"
    assert field.read("78701", date(2026, 1, 1)).fault is None


# -- nouns by themselves, and where msgspec says that something is wrong ------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "change", "path", "sentence"),
    [
        ("seller", {"slug": "No Good"}, ("slug",), "write a slug: lower-case letters"),
        ("seller", {"slug": "a" * 64}, ("slug",), "write a slug: lower-case letters"),
        ("seller", {"color": 1}, (), "unknown field `color`"),
        ("campaign", {"currency": "usd"}, ("currency",), "write a currency: three capital letters"),
        (
            "campaign",
            {"fields": [{"name": "Zip", "type": "zip"}]},
            ("fields", 0, "name"),
            "write a name: lower-case letters",
        ),
        ("campaign", {"fields": [{"name": "zip"}]}, ("fields", 0), "missing required field `type`"),
        (
            "campaign",
            {"tiers": [{"slug": "main", "deadline_ms": 5}]},
            ("tiers", 0, "deadline_ms"),
            "write a whole number of 50 or more",
        ),
        (
            "campaign",
            {"checks": [{"plugin": "type", "on_flaw": "ignore"}]},
            ("checks", 0, "on_flaw"),
            "there is no 'ignore'",
        ),
        ("offer", {"caps": [{"window": "year", "leads": 1}]}, ("caps", 0, "window"), "there is no 'year'"),
        ("offer", {"caps": [{"window": "day", "leads": 1, "money": "1"}]}, ("caps", 0), "either leads or money"),
        ("offer", {"caps": [{"window": "day"}]}, ("caps", 0), "either leads or money"),
        (
            "offer",
            {"caps": [{"window": "day", "leads": -1}]},
            ("caps", 0, "leads"),
            "write a whole number of 0 or more",
        ),
        ("offer", {"caps": [{"window": "day", "money": "-1"}]}, ("caps", 0, "money"), "a cap may not be negative"),
        ("source", {"payout": {}}, ("payout",), "either share or fixed"),
        ("source", {"payout": {"share": "101%"}}, ("payout", "share"), "is not between 0% and 100%"),
        ("source", {"payout": {"fixed": "-1"}}, ("payout", "fixed"), "a payout may not be negative"),
        ("buyer", {"wallet": {"credit": "-1"}}, ("wallet", "credit"), "credit may not be negative"),
        ("buyer", {"wallet": {"credit": "9000000001"}}, ("wallet", "credit"), "more than the largest amount"),
        ("seller", {"caps": [{"window": "day", "money": "x"}]}, ("caps", 0, "money"), "is not an amount"),
        ("key", {"hash": "secret"}, ("hash",), "matching regex"),
        ("key", {"holder": "anybody"}, ("holder",), "there is no 'anybody'"),
    ],
)
def test_a_noun_by_itself_says_what_is_wrong_and_where(kind, change, path, sentence):
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert(rows(**{kind: change})[kind][0], KINDS[kind])
    said, where = from_validation(caught.value)
    assert where == path
    assert sentence in said
    assert "at `" not in said


def test_an_error_without_a_place_is_told_whole():
    assert from_validation(ValueError("it is\nwrong - at noon")) == ("it is\nwrong - at noon", ())


def test_a_key_of_a_table_is_told_as_its_table():
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert({"a": {"b": 1}}, dict[str, dict[str, str]])
    assert from_validation(caught.value)[0] == "write text, not a whole number"
