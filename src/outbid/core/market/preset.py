"""Platforms as data: how one speaks as a buyer and as a seller's endpoint, with blanks to be filled in.

What comes of a preset are plain settings, which are the operator's from then on: nothing leads back to the preset.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Literal

import msgspec

from outbid.core.dialect.mapping import Entry, Term, compile_term_of, text_of_said
from outbid.core.dialect.reference import only_refers
from outbid.core.dialect.sandbox import Tongues, is_sandbox, sandbox_target
from outbid.core.dialect.wire import parse_target

_BLANK = re.compile(r"\{blank:([a-z][a-z0-9_]*)\}")
_TABLES = ("ping", "post")
LONGEST = 500


class Blank(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Something that only the operator knows. In settings it is written `{blank:NAME}`.

    kind       `url`: http, https or sandbox; `secret`: a reference `{secret:NAME}`; `choice`: one of `options`
    otherwise  what stands there where nothing is said; absent: it must be filled in
    """

    name: str
    about: str
    example: str
    kind: Literal["text", "url", "secret", "choice"] = "text"
    options: tuple[str, ...] = ()
    otherwise: str | None = None


class Way(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One way in which a platform speaks: a plugin and its settings, with blanks in them."""

    plugin: str
    about: str
    blanks: tuple[Blank, ...] = ()
    settings: dict[str, Any]


class Preset(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A platform.

    delivery     how a buyer who takes leads on it is pinged and posted to
    intake       how a source is told leads by a seller who posts to it today
    not_covered  what the platform does beyond that
    """

    title: str
    about: str
    not_covered: str = ""
    delivery: Way
    intake: Way


class Use(msgspec.Struct, frozen=True):
    """What a delivery or an intake is in the market: a plugin and its settings."""

    plugin: str
    settings: dict[str, Any]


class Unfit(msgspec.Struct, frozen=True):
    """What is wrong with one blank, and what would be right."""

    blank: str
    sentence: str
    fix: str


class Unfilled(ValueError):
    """Blanks that are missing, unknown or wrong, all at once."""

    def __init__(self, faults: tuple[Unfit, ...]) -> None:
        super().__init__("; ".join(f"{fault.blank}: {fault.sentence}" for fault in faults))
        self.faults = faults


def filled(way: Way, given: Mapping[str, str], tongues: Tongues, fields: Collection[str] | None = None) -> Use:
    """The settings with every blank filled in.

    `fields`: those of the campaign; lines that read another one are left out. Raises Unfilled.
    """
    faults = tuple(_faults(way, given, tongues))
    if faults:
        raise Unfilled(faults)
    words = {blank.name: given.get(blank.name, blank.otherwise or "") for blank in way.blanks}
    settings = _fill(way.settings, words)
    return Use(way.plugin, settings if fields is None else _only(settings, set(fields)))


def examples(way: Way) -> dict[str, str]:
    """Every blank filled in as its example says."""
    return {blank.name: blank.example for blank in way.blanks}


def blanks_in(value: Any) -> Iterator[str]:
    """The names of the blanks in settings."""
    if isinstance(value, str):
        yield from _BLANK.findall(value)
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from blanks_in(part)


def _faults(way: Way, given: Mapping[str, str], tongues: Tongues) -> Iterator[Unfit]:
    known = {blank.name: blank for blank in way.blanks}
    for name in given:
        if name not in known:
            yield Unfit(name, "there is no such blank", f"There are: {', '.join(known) or 'none'}.")
    for name, blank in known.items():
        fix = f"Write {blank.about}, such as {blank.example}"
        if name in given:
            why = _why_not(blank, given[name], tongues)
            if why:
                yield Unfit(name, why, fix)
        elif blank.otherwise is None:
            yield Unfit(name, "it is missing", fix)


def _why_not(blank: Blank, value: str, tongues: Tongues) -> str:
    """What is wrong with a value; empty if nothing is."""
    if not value.strip() or len(value) > LONGEST:
        return "it is empty" if not value.strip() else f"it is longer than {LONGEST} characters"
    if not value.isprintable():
        return "it holds a character that cannot be seen"
    if blank.kind == "secret":
        good = value.startswith("{") and only_refers(value)
        return "" if good else "it is no reference to a secret; secrets never stand in the market"
    if blank.kind == "choice":
        return "" if value in blank.options else f"it is none of {', '.join(blank.options)}"
    if "{" in value or "}" in value:
        return "it holds a brace"
    return _why_no_address(value, tongues) if blank.kind == "url" else ""


def _why_no_address(url: str, tongues: Tongues) -> str:
    try:
        if is_sandbox(url):
            sandbox_target(url, tongues=tongues)
        else:
            parse_target(url, frozenset())
    except ValueError as error:
        return str(error)
    return ""


def _fill(value: Any, words: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return _BLANK.sub(lambda found: words[found[1]], value)
    if isinstance(value, dict):
        return {key: _fill(part, words) for key, part in value.items()}
    return [_fill(part, words) for part in value] if isinstance(value, list) else value


def _only(settings: dict[str, Any], fields: set[str]) -> dict[str, Any]:
    """Settings whose tables speak of no other field of the lead."""
    made = dict(settings)
    for table in _TABLES:
        if isinstance(made.get(table), dict):
            made[table] = {key: said for key, said in made[table].items() if _read(said) <= fields}
    if isinstance(made.get("fields"), dict):
        made["fields"] = {name: said for name, said in made["fields"].items() if name in fields}
    return made


def _read(said: Any) -> set[str]:
    """The fields that a term reads, whole or in part."""
    text = said if isinstance(said, str) else text_of_said(msgspec.convert(said, Entry))
    return {name.partition(".")[0] for name in compile_term_of(text, _any_name).reads}


def _any_name(text: str) -> Term:
    return Term(lambda _: None, () if text.startswith("@") else (text,))
