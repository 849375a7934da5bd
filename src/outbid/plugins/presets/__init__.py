"""Presets: one YAML file for each platform of the trade, as buyers and as sellers know it."""

from functools import cache
from importlib.resources import files
from typing import Any

import msgspec
from ruamel.yaml import YAML

from outbid.core.dialect.sandbox import Tongue
from outbid.core.market.preset import Preset, examples, filled
from outbid.plugins.intakes._answers import Answers, compile_answers

_SUFFIX = ".yaml"


@cache
def names() -> tuple[str, ...]:
    """All presets, sorted."""
    found = (entry.name for entry in files(__name__).iterdir())
    return tuple(sorted(name.removesuffix(_SUFFIX) for name in found if name.endswith(_SUFFIX)))


@cache
def preset(name: str) -> Preset:
    """The preset of that name. Raises KeyError with all names if there is none."""
    if name not in names():
        raise KeyError(f"there is no preset {name!r}; there are: {', '.join(names())}")
    return msgspec.convert(_read(name), Preset)


@cache
def tongue(name: str) -> Tongue:
    """How the platform answers in the sandbox: as a source made from its preset would. Raises ValueError."""
    try:
        way = preset(name).intake
    except KeyError as error:
        raise ValueError(error.args[0]) from None
    use = filled(way, examples(way), tongue)
    answers = msgspec.convert(use.settings["answers"], Answers)
    quoted = (answers.pings or answers).quoted
    return Tongue(compile_answers(answers), quoted is not None, quoted is not None and "bid_{n}" in str(quoted.body))


def _read(name: str) -> Any:
    """A file; YAML 1.2, so that a `no` is a text. The order of keys is kept."""
    return YAML(typ="safe", pure=True).load((files(__name__) / f"{name}{_SUFFIX}").read_text(encoding="utf-8"))
