"""One term: where a value comes from, and the steps it goes through.

    zip                          a field or fact; `phone.raw` is what came
    =text                        a fixed text, to its end
    @ref                         a system value
    phone | digits | last 4      steps, one after another; an argument with blanks stands in 'quotes' or "quotes"
    {first_name} {last_name}     a text with terms in it, each of which may have steps; `{{` and `}}` are the signs

What is not there stays away: a term without a value gives None and its key is left out, and so is a text of which no
term has a value.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from outbid.core.contract import Ask
from outbid.core.dialect.mapping.steps import STEPS, Change, as_text
from outbid.core.money import text_of

Take = Callable[[Ask], Any]

SYSTEM: dict[str, Callable[[Ask, int], Any]] = {
    "@ref": lambda ask, buyer: ask.refer(buyer),
    "@sale": lambda ask, _: ask.sale or None,
    "@token": lambda ask, _: ask.token,
    "@price": lambda ask, _: text_of(ask.price_micros) if ask.price_micros else None,
    "@currency": lambda ask, _: ask.currency,
    "@test": lambda ask, _: True if ask.test else None,
    "@time": lambda ask, _: datetime.fromtimestamp(ask.at_ms / 1000, UTC).isoformat(timespec="milliseconds"),
}
_TO_BUYER = "@ref"
FIRST = "@first."
"""Begins the system values that a call before the post gives; which there are is stated in `known`."""
_WORD = re.compile(r"""\s*(?:'([^']*)'|"([^"]*)"|([^\s|'"]+)|(\|))""")
_HOLE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


class Term(msgspec.Struct, frozen=True):
    """A term compiled.

    take        its value for a lead; None: there is none
    reads       the fields and facts that it reads
    plain       the field that it is, where it is nothing but a field: such can be taken without a call
    fixed       the text that it is, where it is the same for every lead and every buyer
    to_buyer    it differs from buyer to buyer
    """

    take: Take
    reads: tuple[str, ...] = ()
    plain: str | None = None
    fixed: str | None = None
    to_buyer: bool = False


Names = Callable[[str], Term]
"""What a name in a term stands for. Raises ValueError for one that stands for nothing."""


def compile_term(text: str, known: Mapping[str, bool], buyer: int = 0) -> Term:
    """One term about a lead. `known`: every field and fact by name, True for fields. Raises ValueError."""
    return compile_term_of(text, lead_names(known, buyer))


def compile_term_of(text: str, names: Names) -> Term:
    """One term, whatever it is about. Raises ValueError."""
    if text.startswith("="):
        fixed = text[1:]
        return Term(lambda ask: fixed, fixed=fixed)
    if "{" in text or "}" in text:
        return _template(text, names)
    name, bar, pipe = text.partition("|")
    found = names(name.strip() if bar else name)
    if not bar:
        return found
    return Term(_piped(found.take, compile_steps(pipe)), found.reads, to_buyer=found.to_buyer)


def lead_names(known: Mapping[str, bool], buyer: int = 0) -> Names:
    """The names of fields, facts and system values."""
    return lambda name: _of_lead(name, known, buyer)


def compile_steps(text: str) -> Change:
    """Steps, joined by `|`, as one change. Raises ValueError."""
    changes = tuple(_step(words) for words in _words(text))
    if len(changes) == 1:
        return changes[0]

    def change(value: Any) -> Any:
        for each in changes:
            value = each(value)
            if value is None:
                return None
        return value

    return change


def _piped(take: Take, change: Change) -> Take:
    def piped(ask: Ask) -> Any:
        value = take(ask)
        return None if value is None else change(value)

    return piped


def _step(words: list[str]) -> Change:
    if not words:
        raise ValueError("a step is missing: write what follows the |, such as upper, or no | at all")
    step = STEPS.get(words[0])
    if step is None:
        raise ValueError(f"there is no step {words[0]!r}; there are {', '.join(STEPS)}")
    return step.change(words[1:])


def _words(text: str) -> Iterator[list[str]]:
    """The words of each step."""
    words: list[str] = []
    at, end = 0, len(text.rstrip())
    while at < end:
        found = _WORD.match(text, at)
        if found is None:
            raise ValueError(f"a quotation mark is not closed in {text.strip()!r}")
        at = found.end()
        if found[4]:
            yield words
            words = []
        else:
            words.append(next(part for part in found.groups() if part is not None))
    yield words


def _template(text: str, names: Names) -> Term:
    parts: list[str | Term] = []
    end = 0
    for hole in _HOLE.finditer(text):
        parts.append(text[end : hole.start()])
        end = hole.end()
        if hole[1] is not None:
            parts.append(compile_term_of(hole[1].strip(), names))
        elif hole[0] in ("{{", "}}"):
            parts.append(hole[0][0])
        else:
            raise ValueError(f"a brace is not closed in {text!r}: write {{zip}}, or {{{{ for the sign itself")
    parts.append(text[end:])
    terms = [part for part in parts if isinstance(part, Term)]
    if not terms:
        raise ValueError(f"{text!r} has no term in its braces; a fixed text begins with =")
    pieces = tuple(part.take if isinstance(part, Term) else part for part in parts if part != "")
    reads = tuple(dict.fromkeys(name for term in terms for name in term.reads))
    return Term(_joined(pieces), reads, to_buyer=any(term.to_buyer for term in terms))


def _joined(pieces: tuple[str | Take, ...]) -> Take:
    def join(ask: Ask) -> str | None:
        made, any_value = [], False
        for piece in pieces:
            if isinstance(piece, str):
                made.append(piece)
                continue
            value = piece(ask)
            if value is not None:
                any_value = True
                made.append(as_text(value))
        return "".join(made).strip() if any_value else None

    return join


def _of_lead(text: str, known: Mapping[str, bool], buyer: int) -> Term:
    if text.startswith(FIRST) and text in known:
        given = text.removeprefix(FIRST)
        return Term(lambda ask: ask.first.get(given))
    if text.startswith("@"):
        if text not in SYSTEM:
            there = (*SYSTEM, *(name for name in known if name.startswith(FIRST)))
            raise ValueError(f"there is no system value {text!r}; there are {', '.join(there)}")
        system = SYSTEM[text]
        return Term(lambda ask: system(ask, buyer), to_buyer=text == _TO_BUYER)
    name, _, raw = text.partition(".raw")
    if name not in known or raw:
        raise ValueError(f"the campaign has no field or fact {text!r}; it has {', '.join(sorted(known))}")
    if name != text:
        return Term(lambda ask: ask.values[name].raw if name in ask.values else None, (name,))
    if known[name]:
        return Term(_field(name), (name,), plain=name)
    return Term(lambda ask: ask.facts.get(name), (name,))


def _field(name: str) -> Take:
    def take(ask: Ask) -> Any:
        value = ask.values.get(name)
        if value is None:
            return ask.facts.get(name)
        return value.raw if value.value is None else value.value

    return take
