"""Every plugin does what its samples say; the samples are the plugin's contract in plain view."""

import datetime
import importlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest

from outbid import plugins
from outbid.core.contract import KINDS, Bid, Conflict, Flaw, Lookup
from outbid.core.lead.value import Value
from outbid.core.match.filter import Fact

SAMPLES = Path(__file__).parent
PLUGINS = Path(plugins.__file__).parent
KINDS_OF_PLUGIN = ("fields", "validators", "methods")
PLUGIN_NAMES = [
    (kind, path.stem)
    for kind in KINDS_OF_PLUGIN
    for path in sorted((PLUGINS / kind).glob("*.py"))
    if not path.stem.startswith("_")
]


def samples_of(kind: str, name: str) -> list[Path]:
    return sorted((SAMPLES / kind / name).glob("*.json"))


def load(kind: str, name: str) -> ModuleType:
    return importlib.import_module(f"outbid.plugins.{kind}.{name}")


def read_sample(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def settings_of(plugin: ModuleType, sample: dict[str, Any]) -> Any:
    return msgspec.convert(sample.get("settings", {}), plugin.Settings)


@dataclass(frozen=True)
class Lead:
    values: dict[str, Value]
    facts: dict[str, Any]
    source: int
    campaign: int


def kept(raw: Any) -> Any:
    return json.dumps(raw, ensure_ascii=False, separators=(",", ":")) if isinstance(raw, list | dict) else raw


def same(left: Any, right: Any) -> bool:
    """Compare as JSON would: 1, 1.0 and true are three values."""
    return type(left) is type(right) and left == right


def check_field(plugin: ModuleType, sample: dict[str, Any]) -> Iterator[str]:
    settings = settings_of(plugin, sample)
    today = datetime.date.fromisoformat(sample["today"])
    for read in sample["reads"]:
        value = plugin.read(read["raw"], settings, today)
        seen = (value.value, value.parts, value.fault, value.masked)
        expected = (
            read.get("value"),
            read.get("parts", {}),
            read.get("fault"),
            read.get("masked", False),
        )
        assert seen == expected, read
        assert same(value.value, expected[0]), read
        assert same(value.raw, kept(read["raw"])), read
        if value.fault is not None:
            yield value.fault


def lead_of(sample: dict[str, Any]) -> Lead:
    values = msgspec.convert(sample["values"], dict[str, Value])
    return Lead(values, sample.get("facts", {}), sample.get("source", 1), sample.get("campaign", 1))


def bound_settings(plugin: ModuleType, sample: dict[str, Any]) -> Any:
    settings = settings_of(plugin, sample)
    if not hasattr(plugin, "bind"):
        return settings
    return plugin.bind(settings, {name: Fact(kind) for name, kind in sample["declared"].items()})


def check_validator(plugin: ModuleType, sample: dict[str, Any]) -> Iterator[str]:
    settings, lead = bound_settings(plugin, sample), lead_of(sample)
    answers = msgspec.convert(sample["answers"], tuple[Conflict, ...])
    assert plugin.needs(lead, settings) == msgspec.convert(sample["needs"], tuple[Lookup, ...])
    flaws: tuple[Flaw, ...] = plugin.judge(lead, answers, settings)
    assert [(flaw.code, flaw.field) for flaw in flaws] == [(f["code"], f["field"]) for f in sample["flaws"]]
    for flaw, expected in zip(flaws, sample["flaws"], strict=True):
        assert flaw.note == expected.get("note", flaw.note)
        yield flaw.code


def check_method(plugin: ModuleType, sample: dict[str, Any]) -> Iterator[str]:
    settings = settings_of(plugin, sample)
    bids = msgspec.convert(sample["bids"], list[Bid])
    for arrival in (bids, bids[::-1]):
        ranked = plugin.rank(arrival, sample.get("turn", 0), sample.get("draw", 0.5), settings)
        assert [bid.offer for bid in ranked] == sample["order"]
    yield from ()


CHECKS = {"fields": check_field, "validators": check_validator, "methods": check_method}


@pytest.mark.parametrize(
    ("kind", "name", "path"),
    [(kind, name, path) for kind, name in PLUGIN_NAMES for path in samples_of(kind, name)],
    ids=lambda part: part.stem if isinstance(part, Path) else part,
)
def test_the_plugin_does_what_the_sample_says(kind: str, name: str, path: Path) -> None:
    list(CHECKS[kind](load(kind, name), read_sample(path)))


@pytest.mark.parametrize(("kind", "name"), PLUGIN_NAMES)
def test_samples_reach_every_reason(kind: str, name: str) -> None:
    plugin, samples = load(kind, name), samples_of(kind, name)
    assert samples, "a plugin without samples"
    reached = {code for path in samples for code in CHECKS[kind](plugin, read_sample(path))}
    assert set(plugin.REASONS) <= reached
    if kind == "fields":
        assert reached <= set(plugin.REASONS)


@pytest.mark.parametrize(("kind", "name"), PLUGIN_NAMES)
def test_settings_refuse_unknown_keys(kind: str, name: str) -> None:
    plugin = load(kind, name)
    sample = read_sample(samples_of(kind, name)[0])
    with pytest.raises(msgspec.ValidationError, match="unknown field"):
        msgspec.convert({**sample.get("settings", {}), "no_such_setting": 1}, plugin.Settings)


@pytest.mark.parametrize(("kind", "name"), PLUGIN_NAMES)
def test_the_plugin_explains_itself(kind: str, name: str) -> None:
    plugin = load(kind, name)
    assert plugin.__doc__
    assert "\n" not in plugin.__doc__.strip()
    for code, reason in plugin.REASONS.items():
        assert reason.code == code
        assert reason.sentence.endswith(".")
        assert reason.fix.endswith(".")
    for field in msgspec.structs.fields(plugin.Settings):
        schema = msgspec.json.schema(plugin.Settings)["$defs"]["Settings"]["properties"][field.name]
        assert schema["description"], "the portal draws the form from it"


@pytest.mark.parametrize("name", [name for kind, name in PLUGIN_NAMES if kind == "fields"])
def test_a_field_declares_its_parts(name: str) -> None:
    plugin = load("fields", name)
    assert isinstance(plugin.PERSONAL, bool)
    assert {plugin.KIND, *plugin.PARTS.values()} <= set(KINDS)
    for path in samples_of("fields", name):
        for read in read_sample(path)["reads"]:
            assert set(read.get("parts", {})) <= set(plugin.PARTS)


@pytest.mark.parametrize(
    ("name", "settings", "fields"),
    [
        ("required", {"fields": ["a"], "any_of": [["b", "c"], ["d"]]}, ("a", "b", "c", "d")),
        ("type", {"fields": ["a"], "except_for": ["b"]}, ("a", "b")),
        ("duplicate", {}, ()),
        ("duplicate", {"match": "all"}, ("phone", "email")),
        ("duplicate", {"fields": ["mail"]}, ("mail",)),
    ],
)
def test_a_validator_names_the_fields_that_must_be_declared(
    name: str, settings: dict[str, Any], fields: tuple[str, ...]
) -> None:
    plugin = load("validators", name)
    assert plugin.fields_of(msgspec.convert(settings, plugin.Settings)) == fields


@pytest.mark.parametrize("name", ["phone", "email"])
def test_phone_and_email_have_ten_good_and_ten_bad_samples(name: str) -> None:
    reads = [read for path in samples_of("fields", name) for read in read_sample(path)["reads"]]
    assert sum(read.get("value") is not None for read in reads) >= 10
    assert sum(read.get("fault") is not None for read in reads) >= 10


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("text", {"min_length": 5, "max_length": 4}),
        ("text", {"max_length": 10_001}),
        ("integer", {"min": 2, "max": 1}),
        ("integer", {"max": 10**15 + 1}),
        ("decimal", {"min": 2.5, "max": 1}),
        ("decimal", {"min": -1e16}),
        ("choice", {}),
        ("choice", {"options": []}),
        ("choice", {"options": ["yes", "YES"]}),
        ("choice", {"options": ["a"], "aliases": {"b": "c"}}),
        ("choice", {"options": ["a", "b"], "aliases": {"A": "b"}}),
        ("date", {"order": "year_first"}),
        ("date", {"earliest": "2026-02-30"}),
        ("date", {"earliest": "today\n"}),
        ("date", {"latest": "tomorrow"}),
        ("phone", {"country": "usa"}),
    ],
)
def test_settings_that_make_no_sense_are_refused(name: str, settings: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(settings, load("fields", name).Settings)
