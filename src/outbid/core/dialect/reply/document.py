"""What an answer's body is, whatever its headers call it: JSON, XML, lines such as `price=12.50`, or a form."""

import re
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from outbid.core.dialect.formats.xml import xml_root, xml_tree

MOST_KEYS = 200
"""Keys that are read from an answer of lines or of a form."""
_decode = msgspec.json.Decoder().decode
_MARK = b"\xef\xbb\xbf"
_DOCUMENTS = (dict, list)
_LINE = re.compile(r"\s*([\w .-]{1,100}?)\s*[=:]\s*(.*)")


class Loose(dict[str, Any]):
    """Keys and values that were found in a text: it may be no document at all, but a sentence with a colon in it."""

    text = ""


class Marked(dict[str, Any]):
    """What was found in XML, or in anything else with pointed brackets."""


def document_of(body: bytes) -> Any:
    """The body as dicts, lists and scalars; None if it is none of what is known, a bare scalar, or a web page."""
    document = json_document(body)
    if document is not None:
        return document
    root = xml_root(body)
    if root is not None:
        tree = xml_tree(root)
        return None if "html" in tree else Marked(tree)
    return _keys_and_values(body.decode("utf-8-sig", "replace").strip())


def json_document(body: bytes) -> Any:
    """The decoded body, a byte order mark forgiven; None if it is not JSON, or a bare scalar."""
    try:
        document = _decode(body.removeprefix(_MARK))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return document if isinstance(document, _DOCUMENTS) else None


def embedded(text: str) -> Any:
    """A document that stands as text within another one: JSON in a string, escaped XML; None if it is none."""
    if text.lstrip()[:1] not in ("{", "[", "<"):
        return None
    return document_of(text.encode("utf-8", "replace"))


def _keys_and_values(text: str) -> Loose | None:
    if text[:1] in ("", "<", "{", "["):
        return None
    if "=" in text and not any(character.isspace() for character in text):
        try:
            pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_KEYS)
        except ValueError:
            return None
    else:
        found = (_LINE.match(line) for line in text.splitlines()[:MOST_KEYS])
        pairs = [(line[1], line[2].strip()) for line in found if line]
    made = Loose(reversed(pairs))  # of a key that comes twice the first counts
    made.text = text
    return made or None
