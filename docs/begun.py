"""The reference of presets: the platforms, their blanks, and what our fields are called there."""

from collections.abc import Iterator
from typing import Any

import msgspec
from tables import NONE, table

from outbid.core.dialect.mapping import Entry, text_of_said
from outbid.core.market.preset import Blank, Preset, Way
from outbid.plugins.presets import names, preset

_HEAD = """# Presets

Platforms as data. `outbid preset NAME` shows one; [start from a preset](../how_to/start_from_a_preset.md) tells how it
is filled in. What comes of it are plain settings, yours from then on: a preset that changes later changes none of them.

The facts are those of the platforms' published posting instructions. What one of your partners spells otherwise, you
change in the settings.

"""


def presets_page() -> str:
    """Every platform."""
    found = [(name, preset(name)) for name in names()]
    rows = [(f"[{p.title}](#{name})", f"`{name}`", _asks(p), p.about) for name, p in found]
    text = _HEAD + table(("Platform", "Name", "Pinged", "How it speaks"), rows)
    return text + "".join(_one(name, p) for name, p in found)


def _asks(found: Preset) -> str:
    return "yes" if "ping_url" in found.delivery.settings else "no"


def _one(name: str, found: Preset) -> str:
    text = f"\n## {name}\n\n{found.title}. {found.about} Not covered: {_small(found.not_covered)}\n"
    for title, way in (("delivery", found.delivery), ("intake", found.intake)):
        text += f"\n`{title}`, plugin `{way.plugin}`: {_small(way.about)}\n"
        text += "\n" + _blanks(way) if way.blanks else ""
    return text + "\n" + _names(found)


def _small(sentence: str) -> str:
    """A sentence as it goes on behind a colon."""
    return sentence[:1].lower() + sentence[1:] if sentence[1:2].islower() or sentence[1:2] == " " else sentence


def _blanks(way: Way) -> str:
    return table(("Blank", "Kind", "Default", "What it is", "Example"), [_row(blank) for blank in way.blanks])


def _row(blank: Blank) -> tuple[str, ...]:
    kind = " or ".join(f"`{option}`" for option in blank.options) or blank.kind
    default = NONE if blank.otherwise is None else f"`{blank.otherwise}`"
    return f"`{blank.name}`", kind, default, blank.about, f"`{blank.example}`"


def _names(found: Preset) -> str:
    """What our fields are called in posts to buyers and in those of sellers."""
    sent = {field: key for key, said in found.delivery.settings["post"].items() for field in _fields(said)}
    heard = {field: _term(said).partition(" |")[0] for field, said in found.intake.settings["fields"].items()}
    rows = [(f"`{field}`", _code(sent.get(field)), _code(heard.get(field))) for field in dict.fromkeys((*sent, *heard))]
    return table(("Field", "In a post to a buyer", "In what a seller posts"), rows)


def _code(text: str | None) -> str:
    return NONE if text is None else f"`{text}`"


def _fields(said: Any) -> Iterator[str]:
    """The field with which a term begins, if it does."""
    name = _term(said).strip("{}").partition("|")[0].strip()
    if name and not name.startswith(("=", "@")):
        yield name


def _term(said: Any) -> str:
    return said if isinstance(said, str) else text_of_said(msgspec.convert(said, Entry))
