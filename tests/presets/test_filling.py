"""Presets as data: blanks are checked, settings come out plain, and API and command give the same."""

import msgspec
import pytest

from api.operator.asking import ask
from harness.house import open_house
from harness.market import FIELDS
from outbid.cli.main import main
from outbid.cli.shown.document import read_document
from outbid.core.market.preset import Unfilled, blanks_in, examples, filled
from outbid.plugins.presets import names, preset, tongue
from outbid.plugins.registry import Registry
from presets.markets import KIND, buying, delivery

WAYS = [(name, way) for name in names() for way in ("delivery", "intake")]
KIND_OF = {"delivery": "deliveries", "intake": "intakes"}
GOOD = {
    "ping_url": "https://b.example.com/p",
    "post_url": "sandbox:accept?as=boberdoo",
    "key": "{secret:k}",
    "type": "33",
    "src": "us",
}


@pytest.mark.parametrize(("name", "kind"), WAYS)
def test_every_blank_is_declared_and_used_and_nothing_of_it_is_left(name, kind):
    way = getattr(preset(name), kind)
    assert {blank.name for blank in way.blanks} == set(blanks_in(way.settings))
    use = filled(way, examples(way), tongue)
    assert list(blanks_in(use.settings)) == []
    assert list(use.settings) == list(way.settings), "the order is kept"
    msgspec.convert(use.settings, Registry([]).get(KIND_OF[kind], use.plugin).Settings)
    told = [way.about, preset(name).about, *(blank.about for blank in way.blanks)]
    assert all(told)
    assert {blank.kind for blank in way.blanks} <= {"text", "url", "secret", "choice"}


@pytest.mark.parametrize("name", names())
def test_keys_stand_in_no_delivery_but_by_reference(name):
    way = preset(name).delivery
    for blank in way.blanks:
        if any(word in blank.name for word in ("key", "password", "token")):
            assert blank.kind == "secret"


@pytest.mark.parametrize(
    ("given", "faults"),
    [
        ({"key": None}, {"key": "it is missing"}),
        ({"lemon": "1"}, {"lemon": "there is no such blank"}),
        ({"key": "plain-word"}, {"key": "it is no reference to a secret; secrets never stand in the market"}),
        ({"key": "={secret:k}"}, {"key": "it is no reference to a secret; secrets never stand in the market"}),
        ({"type": " "}, {"type": "it is empty"}),
        ({"type": "{secret:k}"}, {"type": "it holds a brace"}),
        ({"type": "a\nb"}, {"type": "it holds a character that cannot be seen"}),
        ({"src": "x" * 501}, {"src": "it is longer than 500 characters"}),
        ({"ping_url": "ftp://b.example.com"}, {"ping_url": "the URL must begin with http:// or https://, not 'ftp'"}),
        ({"ping_url": "sandbox:lemon"}, {"ping_url": "there is no sandbox buyer 'lemon'"}),
        ({"ping_url": None, "type": None}, {"ping_url": "it is missing", "type": "it is missing"}),
    ],
)
def test_every_wrong_blank_is_told_at_once(given, faults):
    blanks = {name: value for name, value in (GOOD | given).items() if value is not None}
    with pytest.raises(Unfilled) as raised:
        filled(preset("boberdoo").delivery, blanks, tongue)
    told = {fault.blank: fault.sentence for fault in raised.value.faults}
    assert set(told) == set(faults)
    assert all(told[name].startswith(sentence) for name, sentence in faults.items())
    assert all(fault.fix for fault in raised.value.faults)


def test_a_choice_is_one_of_its_options_and_has_a_default():
    way = preset("boberdoo").intake
    assert filled(way, {}, tongue).settings["answers"]["format"] == "xml"
    assert filled(way, {"format": "json"}, tongue).settings["answers"]["format"] == "json"
    with pytest.raises(Unfilled, match="none of xml, json"):
        filled(way, {"format": "csv"}, tongue)


def test_lines_of_fields_that_the_campaign_has_not_are_left_out():
    fields = {field["name"] for field in FIELDS}
    use = filled(preset("boberdoo").delivery, GOOD, tongue, fields)
    assert "Last_Name" not in use.settings["post"]
    assert {"First_Name", "Primary_Phone", "Lead_ID", "Key"} <= set(use.settings["post"])
    intake = filled(preset("boberdoo").intake, {}, tongue, fields)
    assert set(intake.settings["fields"]) == fields & set(preset("boberdoo").intake.settings["fields"])


@pytest.mark.parametrize(("name", "kind"), WAYS)
def test_no_line_reads_what_a_kind_of_lead_has_not(name, kind):
    """Nothing is left out where the campaign has the usual fields."""
    way = getattr(preset(name), kind)
    every = filled(way, examples(way), tongue)
    usual = filled(way, examples(way), tongue, {field.name for field in KIND.fields})
    assert usual == every


async def test_the_api_lists_shows_and_fills_them_in(database_url, app_database_url):
    async with open_house(database_url, app_database_url, buying("cake", delivery("small_crm", 9) | {
        "plugin": "json", "settings": {"post_url": "sandbox:accept"}})) as house:  # fmt: skip
        listed = (await ask(house, "GET", "/v1/presets")).json["items"]
        assert [row["name"] for row in listed] == list(names())
        whole = (await ask(house, "GET", "/v1/presets/cake")).json
        assert whole["delivery"]["blanks"][0]["name"] == "post_url"
        wrong = await ask(house, "GET", "/v1/presets/lemonade")
        assert (wrong.status, wrong.json["code"]) == (404, "preset_unknown")

        blanks = {"post_url": "sandbox:accept?as=cake", "campaign_id": "7", "key": "plain"}
        faulty = await ask(house, "POST", "/v1/presets/cake/fill", {"way": "delivery", "blanks": blanks})
        assert faulty.status == 422
        assert [error["pointer"] for error in faulty.json["errors"]] == ["/blanks/key"]
        assert "such as {secret:cake-key}" in faulty.json["errors"][0]["fix"]
        no_way = await ask(house, "POST", "/v1/presets/cake/fill", {"way": "both"})
        assert (no_way.status, no_way.json["errors"][0]["pointer"]) == (422, "/way")

        put = await ask(house, "PUT", "/v1/secrets/cake-key", {"value": "their-word"})
        assert put.status in (200, 201, 204), put.json
        good = {"way": "delivery", "blanks": blanks | {"key": "{secret:cake-key}"}}
        use = await ask(house, "POST", "/v1/presets/cake/fill", good)
        assert use.status == 200, use.json
        found = await ask(house, "GET", "/v1/offers/a")
        etag = found.headers["etag"]
        changed = await ask(house, "PATCH", "/v1/offers/a", {"delivery": use.json}, If_Match=etag)
        assert changed.status == 200, changed.json
        kept = (await ask(house, "GET", "/v1/offers/a")).json
        assert "boberdoo" not in str(kept)
        assert kept["delivery"]["settings"]["post"]["ckm_key"] == "={secret:cake-key}"


def test_the_command_lists_shows_and_writes_what_a_market_file_reads(capsys):
    assert main(["preset"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(names())
    assert main(["preset", "lead_prosper"]) == 0
    shown = capsys.readouterr().out
    assert "#   campaign_id (text): the number in `lp_campaign_id`, such as 6309" in shown
    assert "intake:" in shown
    given = [word for name, value in GOOD.items() for word in ("--set", f"{name}={value}")]
    assert main(["preset", "boberdoo", "--delivery", *given, "--fields", "first_name,zip"]) == 0
    assert "Last_Name" not in capsys.readouterr().out
    assert main(["preset", "boberdoo", "--delivery", *given]) == 0
    written = capsys.readouterr().out
    body = "".join(f"    {line}\n" for line in written.splitlines())
    market = f"offers:\n  - slug: a\n    buyer: b\n    campaign: auto\n    tier: main\n{body}"
    read = dict(read_document(market).nouns["offer"])["a"].delivery
    assert read.plugin == "form"
    use = filled(preset("boberdoo").delivery, GOOD, tongue)
    plugin = Registry([]).get("deliveries", "form")
    assert msgspec.convert(read.settings, plugin.Settings, strict=False) == msgspec.convert(
        use.settings, plugin.Settings
    )


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["lemonade"], "there is no preset 'lemonade'; there are: boberdoo"),
        (["cake", "--delivery"], "post_url: it is missing. Write the posting address, such as"),
        (["cake", "--delivery", "--set", "key"], "--set key: write KEY=VALUE"),
        (["cake", "--delivery", "--set", "key=1", "--set", "key=2"], "--set key stands twice"),
    ],
)
def test_the_command_says_what_is_wrong(capsys, words, sentence):
    assert main(["preset", *words]) == 1
    assert sentence in capsys.readouterr().err
