"""What is said of a market file that is wrong: the key or the setting by name, where it stands, what would be right."""

import pytest

from outbid.cli.shown.document import DocumentError, read_document

OFFER = "offers:\n  - {slug: o, buyer: b, campaign: c, tier: t, delivery: {plugin: json}, %s}\n"
TIER = "campaigns:\n  - {slug: c, fields: [], tiers: [{slug: t, %s}]}\n"
SOURCE = "sources:\n  - {slug: w, seller: s, campaign: c, payout: %s}\n"


def told(text: str) -> list[tuple[int, int, str]]:
    """Every fault of a file."""
    with pytest.raises(DocumentError) as caught:
        read_document(text)
    return [(fault.line, fault.column, fault.sentence) for fault in caught.value.faults]


# -- keys that nothing knows, and keys without a value -----------------------------------------------------------------


@pytest.mark.parametrize("value", ["", ": ~", ": null", ": ", ": 5"])
def test_a_key_that_nothing_knows_is_refused_with_those_there_are_whether_it_has_a_value_or_not(value):
    [(line, column, sentence)] = told(f"sellers:\n  - {{slug: acme, plces{value}}}\n")
    assert (line, column) == (2, 18)
    assert sentence.startswith("seller: there is no 'plces' here; there are: slug, name, zone, caps")


def test_every_key_that_nothing_knows_is_told():
    assert told("sellers: [{slug: acme, plces: , bogus: ~}]") == [
        (1, 24, "seller: there is no 'plces' here; there are: slug, name, zone, caps, buyer_caps"),
        (1, 33, "seller: there is no 'bogus' here; there are: slug, name, zone, caps, buyer_caps"),
    ]


def test_a_decimal_comma_is_not_read_as_a_whole_amount():
    [(line, column, sentence)] = told("sellers:\n  - {slug: a, caps: [{window: day, money: 5,00}]}\n")
    assert (line, column) == (2, 45)
    assert sentence == (
        "seller: there is no '00' here; there are: window, leads, money, paced, look_back; "
        "a value with a comma in it is written in quotes"
    )


@pytest.mark.parametrize(
    ("settings", "key", "sentence"),
    [
        ("{post_url: u, bogus: }", "bogus", "there is no 'bogus' here; there are: "),
        ("{post_url: u, bogus: 1}", "bogus", "there is no 'bogus' here; there are: "),
        ("{post_reply: {price_path: a, bogus: }}", "bogus", "there is no 'bogus' here; there are: "),
        ("{headers: {X-Key: }}", "X-Key", "'X-Key' has no value: write one, or leave the key out"),
    ],
)
def test_a_plugins_settings_have_no_other_keys_than_it_knows(settings, key, sentence):
    text = (
        "offers:\n  - slug: o\n    buyer: b\n    campaign: c\n    tier: t\n    delivery:\n      plugin: json\n"
        f"      settings: {settings}\n"
    )
    [(line, column, said)] = told(text)
    assert (line, column) == (8, text.splitlines()[7].index(key) + 1)
    assert said.startswith(f"offer: {sentence}")


def test_the_settings_of_fields_and_checks_are_looked_through_as_well():
    faults = told(
        "campaigns:\n"
        "  - slug: c\n"
        "    fields: [{name: a, type: integer, settings: {mn: }}]\n"
        "    checks: [{plugin: type, settings: {excpt_for: }}]\n"
        "    tiers: [{slug: t, method: {plugin: waterfall, settings: {x: }}}]\n"
    )
    assert [line for line, _, _ in faults] == [3, 4, 5]


@pytest.mark.parametrize("key", ["name", "caps", "group", "zone", "paused"])
def test_a_key_of_a_noun_without_a_value_is_refused(key):
    text = f"buyers:\n  - slug: b\n    {key}:\n"
    assert told(text) == [(3, 5, f"buyer: '{key}' has no value: write one, or leave the key out")]


def test_a_wallet_without_a_value_is_not_one_without_a_limit():
    [(line, column, sentence)] = told("buyers:\n  - slug: b\n    wallet:\n")
    assert (line, column) == (3, 5)
    assert "write wallet: {} for a buyer who is prepaid, or leave the key out for one without a limit" in sentence
    assert read_document("buyers: [{slug: b, wallet: {}}]").nouns["buyer"]["b"].wallet is not None


@pytest.mark.parametrize(
    "filter_", ["{fact: state, equals: TX, bogus: }", "{fact: state, equals: }", "{all: [{fact: }]}"]
)
def test_a_filter_has_no_key_without_a_value(filter_):
    [(_, _, sentence)] = told(OFFER % f"filter: {filter_}")
    assert "has no value" in sentence


def test_a_section_that_nothing_knows_is_refused_although_it_is_empty():
    assert told("sellers: []\nselers:\n")[0][:2] == (2, 1)


# -- what would be right ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "buyers: [{slug: b, group: G1}]",
            "buyer: group: write a slug: lower-case letters, digits, - and _, at most 63 of them, not 'G1'",
        ),
        (TIER % "method: round_robin", "campaign: method: write {plugin: round_robin}, not 'round_robin'"),
        (TIER % "places: 0", "campaign: places: write a whole number of 1 or more, not '0'"),
        (
            "buyers: [{slug: b, caps: [{window: daily, leads: 1}]}]",
            "buyer: window: there is no 'daily'; there are: day, hour, minute, month, slot, total, week",
        ),
        ("buyers: [{slug: b, caps: [5]}]", "caps: write settings (window, leads, money, paced, look_back), not '5'"),
        ("buyers: [{slug: b, wallet: 5}]", "wallet: write settings (credit), not '5'"),
        ((SOURCE % "{fixed: '1'}").replace("}}", "}, buyers: b}"), "buyers: write [b], not 'b'"),
        ("buyers: [{slug: b, paused: on}]", "buyer: paused: write true or false, not 'on'"),
        (OFFER % "weight: 0", "offer: weight: write a whole number of 1 or more, not '0'"),
        (SOURCE % "{share: 0.8}", "source: '0.8' has no percent sign: write 80% for four fifths"),
        (SOURCE % "{share: '1'}", "source: '1' has no percent sign: write 80% for four fifths"),
    ],
)  # fmt: skip
def test_a_setting_that_is_wrong_is_named_with_what_would_be_right(text, sentence):
    [(_, _, said)] = told(text)
    assert sentence in said


def test_of_a_long_value_only_the_beginning_is_shown():
    [(_, _, said)] = told(f"buyers: [{{slug: b, group: {'G' * 5000}}}]")
    assert len(said) < 200
