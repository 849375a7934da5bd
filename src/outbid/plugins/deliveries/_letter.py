"""A message as mail servers take it, of texts with a lead's values in them; the same lead gives the same bytes."""

from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from outbid.core.contract import Ask, Binding, Sometimes
from outbid.core.dialect.formats.table import csv_of
from outbid.core.dialect.mapping import Term, compile_text
from outbid.core.dialect.reply import said_as
from outbid.core.market.problem import SettingFault
from outbid.plugins.deliveries._columns import Columns, Compiled, compile_columns

Address = Annotated[str, Meta(pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,190}$")]
MOST_SUBJECT = 250
_encode = msgspec.json.Encoder().encode


class Attachment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The lead as a file beside the text."""

    format: Annotated[Literal["csv", "json"], said_as("how the file is written")] = "csv"
    name: Annotated[str, Meta(pattern=r"^[\w.-]{1,100}$", description="the file's name")] = "lead.csv"
    fields: Columns = None
    machine: Annotated[
        bool, said_as("a program reads the file: cells that a spreadsheet would run stay as they are")
    ] = False


class Texts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a message says."""

    reply_to: Annotated[str | None, said_as("where answers go; a term may stand in it, such as `{email}`")] = None
    subject: Annotated[
        str,
        Meta(min_length=1, description="one line with terms in braces, such as `Lead from {zip}`"),
    ]
    text: Annotated[
        str, Meta(min_length=1, description="the plain text, with terms in braces, such as `{phone | digits}`")
    ]
    html: Annotated[str | None, said_as("the same as HTML; values are escaped in it")] = None
    attachment: Annotated[Attachment | None, said_as("the lead as a file; absent: there is none")] = None


class Letter(msgspec.Struct, frozen=True):
    """Texts made ready. `reads` and `sometimes`: what a message tells of a lead."""

    write: Callable[[Ask, EmailMessage], bytes]
    reads: tuple[str, ...]
    sometimes: tuple[Sometimes, ...]


def letter_of(texts: Texts, binding: Binding) -> Letter:
    """Texts made ready. Raises SettingFault."""
    said = {name: _text(name, getattr(texts, name), binding) for name in ("reply_to", "subject", "text")}
    html = _text("html", texts.html, binding, _escaped)
    file = texts.attachment
    columns = None if file is None else compile_columns("attachment", file.fields, binding)
    terms = [term for term in (*said.values(), html) if term is not None]
    subject, text, reply_to = said["subject"], said["text"], said["reply_to"]
    assert subject is not None
    assert text is not None

    def write(ask: Ask, message: EmailMessage) -> bytes:
        message["Subject"] = one_line(subject.take(ask))[:MOST_SUBJECT]
        answers = "" if reply_to is None else one_line(reply_to.take(ask))
        if answers and is_address(answers):
            message["Reply-To"] = answers
        message["Date"] = format_datetime(datetime.fromtimestamp((ask.now_ms or ask.at_ms) // 1000, UTC))
        message.set_content(text.take(ask), cte="base64")
        if html is not None:
            message.add_alternative(html.take(ask), subtype="html", cte="base64")
        if file is not None and columns is not None:
            _attach(message, file, columns, ask)
        for number, part in enumerate(part for part in message.walk() if part.is_multipart()):
            part.set_boundary(f"=_{ask.sale}_{number}")
        return message.as_bytes(policy=SMTP)

    reads = dict.fromkeys(name for term in terms for name in term.reads)
    more = () if columns is None else columns.reads
    return Letter(write, tuple(dict.fromkeys((*reads, *more))), () if columns is None else columns.sometimes)


def _attach(message: EmailMessage, file: Attachment, columns: Compiled, ask: Ask) -> None:
    row = columns.row(ask)
    if file.format == "json":
        made = _encode({name: value for name, value in row.items() if value is not None})
        message.add_attachment(made, maintype="application", subtype="json", filename=file.name)
        return
    made = csv_of(columns.names, [row], header=True, for_people=not file.machine)
    message.add_attachment(made, maintype="text", subtype="csv", filename=file.name, params={"charset": "utf-8"})


def _text(setting: str, text: str | None, binding: Binding, spell: Callable[[str], str] = str) -> Term | None:
    if text is None:
        return None
    try:
        return compile_text(text, binding.known, binding.buyer, spell)
    except ValueError as error:
        raise SettingFault(setting, str(error)) from None


def _escaped(value: str) -> str:
    return escape(value).replace("\n", "<br>")


def one_line(text: str) -> str:
    """A text that cannot begin a header of its own: line ends and other control characters are blanks."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def is_address(text: str) -> bool:
    """Is it one address and nothing else?"""
    try:
        msgspec.convert(text, Address)
    except msgspec.ValidationError:
        return False
    return True
