"""Where a thing stands in an answer: a path, or another way to look, named in front.

    result.price                    our own path, into JSON, XML, lines or a form
    pattern: bid of ([0-9.]+)       RE2, any case, in the whole text: its first group, or the whole hit
    header: Location                a header of the answer
    text                            the whole text, where it is written `text:`
    status:                         the HTTP status
    xpath: //bid[@best='1']/text()  XPath 1.0, without extensions
    jmespath: max_by(bids, &price).price

XPath and JMESPath are for operators: one evaluation can take long, so they see no more than 64 kB.
"""

from collections.abc import Callable
from typing import Any

import jmespath
import msgspec
from jmespath.exceptions import JMESPathError
from lxml import etree

from outbid.core.dialect.formats.xml import xml_root
from outbid.core.dialect.reply.path import Path, compile_path
from outbid.core.dialect.wire import Header
from outbid.core.match.pattern import compile_pattern

MOST_BYTES = 65_536
"""Bytes of an answer into which XPath and JMESPath look."""


class Seen(msgspec.Struct):
    """An answer as places look at it.

    document  what `document_of` made of the body, or one of the bids that an answer lists
    """

    status: int
    headers: tuple[Header, ...]
    body: bytes
    document: Any
    _text: str | None = None

    @property
    def text(self) -> str:
        """The whole body as text, without blanks at the ends."""
        if self._text is None:
            self._text = self.body.decode("utf-8-sig", "replace").strip()
        return self._text


Look = Callable[[Seen], Any]


class Place(msgspec.Struct, frozen=True):
    """A place, compiled: `path` where it is nothing but a path into the document, else `look`.

    `in_each`: it can be looked for in one of several bids, too.
    """

    path: Path | None = None
    other: Look | None = None
    in_each: bool = True

    @property
    def look(self) -> Look:
        """The place as it looks at an answer."""
        if self.other is not None:
            return self.other
        path = self.path
        assert path is not None
        return lambda seen: path(seen.document)


def compile_place(text: str) -> Place:
    """A place. Raises ValueError."""
    name, colon, rest = text.partition(":")
    if not colon or name not in _KINDS:
        return Place(path=compile_path(text))
    look, in_each = _KINDS[name]
    return Place(other=look(rest.strip()), in_each=in_each)


def _pattern(text: str) -> Look:
    if not text:
        raise ValueError("pattern: write what is looked for, such as pattern: bid of ([0-9.]+)")
    taken_from = compile_pattern(text, any_case=True).taken_from
    return lambda seen: taken_from(seen.text)


def _header(text: str) -> Look:
    name = text.lower()
    if not name:
        raise ValueError("header: write its name, such as header: Location")
    return lambda seen: next((value for key, value in seen.headers if key.lower() == name), None)


def _whole_text(text: str) -> Look:
    if text:
        raise ValueError("text: stands alone, for the whole text; a part of it is found by pattern:")
    return lambda seen: seen.text


def _status(text: str) -> Look:
    if text:
        raise ValueError("status: stands alone")
    return lambda seen: seen.status


def _xpath(text: str) -> Look:
    try:
        expression = etree.XPath(text, regexp=False, smart_strings=False)
    except etree.XPathError as error:
        raise ValueError(f"{text!r} is no XPath: {error}") from None

    def look(seen: Seen) -> Any:
        root = xml_root(seen.body) if len(seen.body) <= MOST_BYTES else None
        if root is None:
            return None
        try:
            return _plain(expression(root))
        except etree.XPathError:
            return None

    return look


def _plain(found: Any) -> Any:
    """What XPath gives as text, number or truth; several hits as a list."""
    if isinstance(found, list):
        each = [_plain(hit) for hit in found]
        return each[0] if len(each) == 1 else each or None
    return found if isinstance(found, str | float | bool) else "".join(found.itertext()).strip()


def _jmespath(text: str) -> Look:
    try:
        expression = jmespath.compile(text)
    except JMESPathError as error:
        raise ValueError(f"{text!r} is no JMESPath: {' '.join(str(error).split())}") from None

    def look(seen: Seen) -> Any:
        if len(seen.body) > MOST_BYTES:
            return None
        try:
            return expression.search(seen.document)
        except (JMESPathError, TypeError, ValueError, RecursionError):
            return None

    return look


_KINDS: dict[str, tuple[Callable[[str], Look], bool]] = {
    "pattern": (_pattern, False),
    "header": (_header, False),
    "text": (_whole_text, False),
    "status": (_status, False),
    "xpath": (_xpath, False),
    "jmespath": (_jmespath, True),
}
