"""Posting instructions as blocks of text, which every format of a page writes in its own way.

In a text, what stands between backticks is code.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec

from outbid.core.instructions.told import FieldLine, Instructions
from outbid.core.instructions.written.programs import VARIABLE, programs_of

_BREAKS = re.compile(r"[`\s]+")


class Heading(msgspec.Struct, frozen=True):
    """A heading; the title of the page is of level 1."""

    level: int
    text: str


class Text(msgspec.Struct, frozen=True):
    """A paragraph."""

    text: str


class Items(msgspec.Struct, frozen=True):
    """A list."""

    rows: tuple[str, ...]


class Table(msgspec.Struct, frozen=True):
    """A table."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Code(msgspec.Struct, frozen=True):
    """Code in a language; `label` stands above it."""

    language: str
    label: str
    text: str


Block = Heading | Text | Items | Table | Code


def code(text: Any) -> str:
    """A value as code within a text."""
    shown = _BREAKS.sub(" ", str(text).lower() if isinstance(text, bool) else str(text)).strip()
    return f"`{shown}`" if shown else ""


def plain(text: str) -> str:
    """Words of the operator's within a text, which are no code."""
    return _BREAKS.sub(" ", text)


def blocks_of(told: Instructions) -> Iterator[Block]:
    """The whole page."""
    yield Heading(1, f"Send leads: {plain(told.name or told.slug)}")
    closed = " It takes no leads now." if told.closed else ""
    yield Text(f"These instructions are for the source {code(told.slug)} ({plain(told.campaign)}).{closed}")
    yield from _house(told)
    yield from _sending(told)
    yield from _fields(told)
    yield from _pings(told)
    yield from _programs(told)
    yield from _answers(told)
    yield from _reasons(told)
    yield from _changes(told)


def _house(told: Instructions) -> Iterator[Block]:
    name, contact = plain(told.house.name), plain(told.house.contact)
    if name:
        yield Text(f"You send to {name}." + (f" Reach us: {contact}" if contact else ""))
    elif contact:
        yield Text(f"Reach us: {contact}")


def _sending(told: Instructions) -> Iterator[Block]:
    speech = told.speech
    yield Heading(2, "Where to")
    if speech.pushed:
        yield Text(f"Give this address to the platform: {code(told.lead_url)}. It sends the leads by itself.")
        return
    method = "GET or POST" if speech.format == "query" else "POST"
    form = {"json": "JSON object", "form": "urlencoded form", "query": "query of the address", "xml": "XML document"}
    rows = [f"A lead: {method} {code(told.lead_url)}, as a {form[speech.format]}."]
    rows += [f"A ping: {method} {code(told.ping_url)}."] if told.quotes is not None else []
    if speech.signed:
        rows.append(f"Sign each request: the signature stands in the header {code(speech.signed)}.")
    elif speech.key_field:
        rows.append(f"Your key stands in the field {code(speech.key_field)}.")
    elif speech.key_header:
        rows.append(f"Your key stands in the header {code(speech.key_header)}.")
    else:
        rows.append("Your key stands in the header `Authorization: Bearer KEY`.")
    if speech.several:
        rows.append(f"Several leads may come at once, as a list at {code(speech.several)}.")
    if speech.pairs is not None:
        at, name, value = (code(part) for part in speech.pairs)
        rows.append(f"Fields come as a list at {at}, each with its name in {name} and its value in {value}.")
    yield Items(tuple(rows))
    yield Heading(2, "Tests, repeats, time")
    yield Items(tuple(_ways(told)))


def _ways(told: Instructions) -> Iterator[str]:
    speech = told.speech
    yield (
        "Ask the operator for a test key. What is sent under it is checked and answered like a lead, and never sold."
        " The field `test_outcome` asks for another end: `accept`, `reject`, `no_bid` or `timeout`."
    )
    if speech.test is not None:
        yield f"A lead with {code(speech.test[0])} = {code(speech.test[1])} is a test, too."
    if speech.once:
        yield f"Your own id of a lead stands in {code(speech.once)}: what comes again within 7 days is the same lead."
    else:
        yield (
            "Send each lead under a name of its own in the header `Idempotency-Key`: sent again within a day it is the"
            " same lead, and you get the same answer. Without it the same body within a minute is the same lead."
        )
    yield "No answer, or one that says to send it again: send it again, under the same name."
    if told.deadline_ms is not None:
        yield f"A round of bids for your leads takes {told.deadline_ms} ms at most."
    if told.answer_ms is None:
        yield "Wait a minute for the answer before you give up."
    else:
        yield f"After {told.answer_ms} ms you are told that the lead is pending, if its end is not known."
    if told.postback:
        yield "The end of a lead that was pending is told to the address that you agreed on with the operator."
    yield "The end of a lead can be asked for: GET `/v1/leads/LEAD` with your key."


def _fields(told: Instructions) -> Iterator[Block]:
    yield Heading(2, "Fields")
    rows = tuple(_row(field, told.speech.pushed) for field in told.fields if field.path)
    yield Table(("Field", "Required", "What it takes", "Example"), rows)
    more = [f"One of {', '.join(code(path) for path in group)} must come." for group in told.one_of]
    more += [plain(rule) for rule in told.rules]
    if more:
        yield Items(tuple(more))
    yield Text("Other fields are kept, and not looked at. An empty value counts as none.")


def _row(field: FieldLine, pushed: bool) -> tuple[str, str, str, str]:
    names = ", ".join(code(path) for path in (field.path, *field.more))
    parts = [field.about]
    parts += [f"{label.capitalize()}: {code(text)}." for label, text in field.facts.items() if not field.words]
    if field.words:
        parts.append(
            "One of: " + ", ".join(f"{code(his)} ({plain(str(ours))})" for his, ours in field.words.items()) + "."
        )
    elif field.term:
        parts.append(f"Read as {code(field.term)}.")
    if field.mask:
        parts.append(f"In a ping it may be masked {field.mask}.")
    if field.path != field.name:
        parts.append(f"We call it {code(field.name)}.")
    example = "" if pushed or field.example is None else code(field.example)
    return names, "yes" if field.needed else "", " ".join(parts), example


def _pings(told: Instructions) -> Iterator[Block]:
    quotes = told.quotes
    if quotes is None:
        return
    yield Heading(2, "Ask first: ping, then post")
    needed = ", ".join(code(f.path) for f in told.fields if f.pinged and f.needed and f.path)
    useful = ", ".join(code(f.path) for f in told.fields if f.pinged and not f.needed and f.path)
    rows = [
        "A ping asks what a lead would bring, before you tell whose it is.",
        *([f"It must tell {needed}."] if needed else []),
        *([f"It should tell {useful}, as far as you know it: buyers bid on it."] if useful else []),
        f"The answer holds an id. Post the whole lead with it as {code(told.speech.ping_id)} within {quotes.seconds}"
        " seconds, or before the end that is told.",
        "What the post tells otherwise than the ping did is refused."
        if quotes.stale == "refuse"
        else "A post that comes too late, or tells otherwise than its ping did, is sold anew.",
    ]
    if quotes.all:
        rows.append(f"You are told every bid. Name those of your choice in {code(told.speech.bid_ids)}, in your order.")
    yield Items(tuple(rows))


def _programs(told: Instructions) -> Iterator[Block]:
    found = list(programs_of(told))
    if not found:
        return
    yield Heading(2, "Programs")
    yield Text(
        f"Each runs as it stands, with your key, or a test key, in the variable `{VARIABLE}`. The person is made up."
    )
    if told.doubt:
        yield Text(told.doubt)
    for asks in (False, True):
        some = [program for program in found if program.asks == asks]
        if some:
            yield Heading(3, "A ping, and the post under it" if asks else "A lead")
        yield from (Code(each.language, f"{each.title}: `{each.file}`", each.text) for each in some)


def _answers(told: Instructions) -> Iterator[Block]:
    if not told.answers:
        return
    yield Heading(2, "Answers")
    yield Text("Ids, prices and texts are made up; the form is what you get.")
    for answer in told.answers:
        language = "json" if "json" in answer.content_type else "xml" if "xml" in answer.content_type else "text"
        yield Code(language, f"{answer.about}: status {answer.status}, `{answer.content_type}`", answer.body)


def _reasons(told: Instructions) -> Iterator[Block]:
    yield Heading(2, "Reasons, and what to do")
    yield Table(
        ("Reason", "What happened", "What to do"),
        tuple((code(reason.code), reason.sentence, reason.fix) for reason in told.reasons),
    )


def _changes(told: Instructions) -> Iterator[Block]:
    yield Heading(2, "Changes")
    if not told.changes:
        yield Text("None so far.")
        return
    by_day: dict[str, list[str]] = {}
    for change in told.changes:
        day = datetime.fromtimestamp(change.at_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
        by_day.setdefault(day, []).append(change.said)
    yield Table(("When", "What"), tuple((day, " ".join(said)) for day, said in by_day.items()))
