"""What a seller is told in his own tongue: a template for each outcome, written once for all answers."""

from collections.abc import Callable
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from outbid.core.contract import Ask, Binding
from outbid.core.dialect.formats.form import form_writer
from outbid.core.dialect.formats.xml import xml_writer
from outbid.core.dialect.mapping import FLAT, JSON, XML, Entry, Grammar, Mapping, Names, Term, compile_mapping
from outbid.core.heard import Reply, Told, ToldAs
from outbid.core.lead.value import Scalar
from outbid.core.market.problem import checking

MOST_ERRORS = 50
MOST_BIDS = 20
TERMS = (
    *("outcome", "lead", "quote", "price", "currency", "redirect", "reason", "sentence", "detail", "fix", "until"),
    *("url", "test", "status"),
)
EACH_ERROR = ("field", "code", "sentence", "fix")
EACH_BID = ("id", "price", "until", "brand", "consent")
KNOWN = frozenset(
    (
        *TERMS,
        *(f"error_{n}_{part}" for n in range(1, MOST_ERRORS + 1) for part in EACH_ERROR),
        *(f"bid_{n}_{part}" for n in range(1, MOST_BIDS + 1) for part in EACH_BID),
    )
)
"""The names that terms of an answer may have."""

Body = dict[str, str | Entry] | str
_TEXT = "text"
_encode = msgspec.json.Encoder().encode


class Template(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One answer: its body, and its status where that is not the one of our own answer."""

    body: Annotated[Body, Meta(description="from the seller's keys to terms; in plain text one text with terms")]
    status: Annotated[
        Annotated[int, Meta(ge=200, le=599)] | None,
        Meta(description="the HTTP status; absent: that of our own answer"),
    ] = None


class Answers(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A seller's answers. An outcome that is not here is told as the one that it is a kind of, in the end `otherwise`.

    The kinds: `duplicate` is `refused`, `no_quote` is `unsold`.
    """

    format: Annotated[
        Literal["json", "xml", "form", "text"], Meta(description="how bodies are written; `text`: as they stand")
    ] = "json"
    root: Annotated[
        str, Meta(description="in XML the outermost element; empty: all keys begin with one and the same")
    ] = "response"
    content_type: Annotated[
        Annotated[str, Meta(pattern=r"^[\w.+-]+/[\w.+-]+(; ?charset=[\w-]+)?$")] | None,
        Meta(description="what a body is called; absent: as the format has it"),
    ] = None
    sold: Annotated[Template | None, Meta(description="sold")] = None
    unsold: Annotated[Template | None, Meta(description="nobody bought")] = None
    duplicate: Annotated[Template | None, Meta(description="refused, for the person was sold before")] = None
    refused: Annotated[Template | None, Meta(description="refused, with `error_1_field` and so on")] = None
    pending: Annotated[Template | None, Meta(description="how it ends is not known yet")] = None
    quoted: Annotated[Template | None, Meta(description="a ping that is quoted")] = None
    no_quote: Annotated[Template | None, Meta(description="a ping on which nobody bid")] = None
    denied: Annotated[Template | None, Meta(description="no key, a wrong one, or the source is closed")] = None
    broken: Annotated[Template | None, Meta(description="the request cannot be read")] = None
    busy: Annotated[Template | None, Meta(description="it is to be sent again")] = None
    otherwise: Annotated[Template, Meta(description="every other outcome")]
    pings: Annotated[
        "Answers | None", Meta(description="what is told of pings, where that is written otherwise; absent: as here")
    ] = None


_KIND_OF: dict[ToldAs, ToldAs] = {"duplicate": "refused", "no_quote": "unsold"}
_OUTCOMES: tuple[ToldAs, ...] = (
    *("sold", "unsold", "duplicate", "refused", "pending", "quoted", "no_quote", "denied", "broken", "busy"),
)  # fmt: skip
_CONTENT_TYPES = {
    "json": "application/json",
    "xml": "application/xml; charset=utf-8",
    "form": "application/x-www-form-urlencoded",
    "text": "text/plain; charset=utf-8",
}
_GRAMMARS = {"json": JSON, "xml": XML, "form": FLAT, "text": FLAT}
_BINDING = Binding(dict.fromkeys(sorted(KNOWN), False))


def compile_answers(answers: Answers) -> Callable[[Told], Reply]:
    """Every answer ready. Raises ValueError that begins with the setting at fault."""
    told = _compiled_all(answers)
    if answers.pings is None:
        return told
    if answers.pings.pings is not None:
        raise ValueError("answers.pings: it has no pings of its own")
    with checking("pings"):
        of_pings = _compiled_all(answers.pings)
    return lambda each: (of_pings if each.asked else told)(each)


def _compiled_all(answers: Answers) -> Callable[[Told], Reply]:
    grammar, content_type = _GRAMMARS[answers.format], answers.content_type or _CONTENT_TYPES[answers.format]
    write = _writer(answers)
    ready: dict[str, tuple[int | None, Mapping]] = {}
    for outcome in (*_OUTCOMES, "otherwise"):
        said = getattr(answers, outcome)
        if said is not None:
            ready[outcome] = said.status, _compiled(outcome, said, answers.format == "text", grammar)

    for outcome, (_, mapping) in ready.items():
        try:
            write(mapping.build(_ask(dict.fromkeys(KNOWN, "1"))))
        except ValueError as error:  # a key that cannot be written, such as an element's name with a blank
            raise ValueError(f"answers.{outcome}: {error}") from None

    def answer(told: Told) -> Reply:
        status, mapping = _found(ready, told.outcome)
        return Reply(status or told.status, content_type, write(mapping.build(_ask(told.terms))))

    return answer


def _ask(terms: dict[str, Scalar]) -> Ask:
    return Ask(terms, {}, lambda _: "", 0, "")


def _found(ready: dict[str, tuple[int | None, Mapping]], outcome: ToldAs) -> tuple[int | None, Mapping]:
    return ready.get(outcome) or ready.get(_KIND_OF.get(outcome, "")) or ready["otherwise"]


def _compiled(outcome: str, said: Template, in_text: bool, grammar: Grammar) -> Mapping:
    if isinstance(said.body, str) != in_text:
        raise ValueError(f"answers.{outcome}: " + ("write one text as body" if in_text else "write keys and terms"))
    table = {_TEXT: _as_term(said.body)} if isinstance(said.body, str) else said.body
    try:
        return compile_mapping(table, _BINDING, grammar, _NAMES)
    except ValueError as error:
        raise ValueError(f"answers.{outcome}: {error}") from None


def _as_term(text: str) -> str:
    return text if "{" in text or text.startswith("=") else f"={text}"


def _name(text: str) -> Term:
    if text not in KNOWN:
        raise ValueError(
            f"an answer has no {text!r}; it has {', '.join(TERMS)}, error_N_{'/'.join(EACH_ERROR)} and "
            f"bid_N_{'/'.join(EACH_BID)}"
        )
    return Term(lambda ask: ask.facts.get(text), (text,))


_NAMES: Names = _name


def _writer(answers: Answers) -> Callable[[object], bytes]:
    if answers.format == "xml":
        return xml_writer(answers.root)
    if answers.format == "form":
        write = form_writer()
        return lambda made: write(made if isinstance(made, dict) else {})
    if answers.format == "text":
        return lambda made: str(made.get(_TEXT, "") if isinstance(made, dict) else "").encode("utf-8", "replace")
    return _encode
