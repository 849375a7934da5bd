"""What each key of a mapping gives for one lead, and what that is made of: for people, never on a lead's way."""

from typing import Any

import msgspec

from outbid.core.contract import Ask
from outbid.core.dialect.mapping.entry import Entry, Line
from outbid.core.dialect.mapping.steps import as_text
from outbid.core.lead.value import ABSENT, Scalar


class Shown(msgspec.Struct, frozen=True):
    """One key.

    said   its term, as it was written
    gives  what is sent under it, None: it is left out
    reads  the fields and facts that it is made of, with what this lead has there
    why    why it is left out, where it is: `condition`, `no_value`
    """

    key: str
    said: str
    gives: Any
    reads: dict[str, Scalar | None]
    why: str = ""


def shown(lines: tuple[Line, ...], ask: Ask) -> tuple[Shown, ...]:
    """The lines of a mapping in their order."""
    return tuple(_line(line, ask) for line in lines)


def _line(line: Line, ask: Ask) -> Shown:
    given = line.term.take(ask)
    holds = line.when is None or line.when(ask.facts)
    said = line.said.value if isinstance(line.said, Entry) else line.said
    why = "" if given is not None else "no_value" if holds else "condition"
    reads = {name: _known(name, ask) for name in dict.fromkeys((*line.term.reads, *line.asks))}
    return Shown(line.key, said, _plain(given), reads, why)


def _known(name: str, ask: Ask) -> Scalar | None:
    fact = ask.facts.get(name)
    return ask.values.get(name, ABSENT).value if fact is None else fact


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return value if value is None or type(value) in (bool, int, float) else as_text(value)
