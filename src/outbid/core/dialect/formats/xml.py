"""XML: a tree of dicts and lists to a document, and a document to such a tree.

An element with neither attributes nor children is its text. Any other is a dict: its children by name, a list where a
name stands more than once, its attributes with `@` in front, and its text as `#text`. Namespaces: written as prefixes
that are declared at the root; read without them, so that a path need not know who declared what.

Built with elements, never as text, so that no value can break out of its place. Read without entities, document types,
network or files (https://owasp.org/www-community/vulnerabilities/XML_External_Entity_(XXE)_Processing).
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from lxml import etree

from outbid.core.dialect.mapping import TEXT, Cdata, as_text

DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'
LONGEST = 1_000_000
"""Bytes of a document that is read."""
_NAME = re.compile(r"(?:([A-Za-z_][\w.-]*):)?([A-Za-z_][\w.-]*)")
_ILLEGAL = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DECLARED = re.compile(r"\A\s*<\?xml[^>]*\?>")
_OPENING = re.compile(rb"\s*(?:<\?xml[^>]*\?>)?")
_BREAK = b"\xef\xbb\xbf"
_WIDE = (b"\xff\xfe", b"\xfe\xff")
"""How UTF-16 begins."""

Element = Any
"""An element of lxml."""


def xml_writer(
    root: str, namespaces: Mapping[str, str] | None = None, yes: str = "true", no: str = "false"
) -> Callable[[Any], bytes]:
    """From a tree to a document.

    `root` is the name of the outermost element; empty: the tree has one key, which is that name. `namespaces` goes from
    prefixes to URIs; the empty prefix is the namespace of whatever has none. Raises ValueError.
    """
    known = dict(namespaces or {})
    for prefix, uri in known.items():
        if not uri or (prefix and not _NAME.fullmatch(prefix)):
            raise ValueError(
                f"{prefix!r}: write a prefix and its address, such as soap: http://schemas.example.com/soap"
            )
    return _Writer(known, yes, no).writer(root)


class _Writer:
    """Names and values as one document writes them."""

    def __init__(self, namespaces: dict[str, str], yes: str, no: str) -> None:
        self._uris, self._yes, self._no = namespaces, yes, no
        self._map: dict[str | None, str] = {prefix or None: uri for prefix, uri in namespaces.items()}
        self._names: dict[str, str] = {}

    def writer(self, root: str) -> Callable[[Any], bytes]:
        outermost = self.name(root) if root else None

        def write(tree: Any) -> bytes:
            name, content = outermost, tree
            if name is None:
                if not isinstance(tree, dict) or len(tree) != 1:
                    return DECLARATION
                key, content = next(iter(tree.items()))
                name = self.name(key)
            made = etree.Element(name, nsmap=self._map)
            self._fill(made, content)
            return DECLARATION + etree.tostring(made, encoding="UTF-8")

        return write

    def name(self, text: str, *, attribute: bool = False) -> str:
        """A name with its namespace, as lxml takes it. Raises ValueError."""
        known = self._names.get(text) if not attribute else None
        if known is not None:
            return known
        found = _NAME.fullmatch(text)
        if found is None:
            raise ValueError(
                f"{text!r} cannot be the name of an element: letters, digits, - _ and . can, from a letter on"
            )
        prefix, local = found.groups()
        if prefix is not None and prefix not in self._uris and prefix != "xml":
            raise ValueError(f"{text!r}: nobody says what the prefix {prefix!r} stands for; add it to the namespaces")
        uri = _XML if prefix == "xml" else self._uris.get(prefix or "")
        made = f"{{{uri}}}{local}" if uri and (prefix or not attribute) else local
        if not attribute:
            self._names[text] = made
        return made

    def _fill(self, element: Element, content: Any) -> None:
        if isinstance(content, dict):
            for key, value in content.items():
                self._put(element, key, value)
        elif isinstance(content, list):
            for part in content:
                self._fill(etree.SubElement(element, "item"), part)
        else:
            element.text = self._text(content)

    def _put(self, element: Element, key: str, value: Any) -> None:
        if key == TEXT:
            element.text = self._text(value)
        elif key.startswith("@"):
            element.set(self.name(key[1:], attribute=True), str(_legal(self._plain(value))))
        else:
            name = self._names.get(key) or self.name(key)
            if type(value) is str:
                made: Element = etree.SubElement(element, name)
                made.text = _legal(value)
                return
            for part in value if isinstance(value, list) else (value,):
                self._fill(etree.SubElement(element, name), part)

    def _text(self, value: Any) -> Any:
        if isinstance(value, Cdata):
            # A section cannot hold its own end: then it is written with signs, which says the same.
            return etree.CDATA(_legal(value)) if "]]>" not in value else _legal(str(value))
        return _legal(self._plain(value))

    def _plain(self, value: Any) -> str:
        return (self._yes if value else self._no) if isinstance(value, bool) else as_text(value)


_XML = "http://www.w3.org/XML/1998/namespace"


def _legal(text: str) -> str:
    """A text without the characters that XML cannot hold; what is printable has none."""
    return text if text.isprintable() and text.isascii() else _ILLEGAL.sub("", text)


# -- reading ---------------------------------------------------------------------------------------------------------

_PARSER = etree.XMLParser(
    resolve_entities=False,
    no_network=True,
    load_dtd=False,
    huge_tree=False,
    remove_comments=True,
    remove_pis=True,
    collect_ids=False,
)


def xml_root(body: bytes) -> Element | None:
    """The outermost element, None if it is no XML; what stands beside elements without a root is given one, `_`.

    A byte-order mark tells the encoding before the declaration does. A declaration that the bytes belie is let by, and
    they are read as UTF-8: many a program declares UTF-16 for the text in its memory, and sends UTF-8.
    """
    body = _narrow(body)
    if len(body) > LONGEST:
        return None
    start = _OPENING.match(body)
    front = body[start.end() if start else 0 :].lstrip()
    if not front.startswith(b"<"):
        return None
    root = _parsed(body)
    if root is None and front != body:
        root = _parsed(front)
    return root if root is not None else _parsed(b"<_>" + front + b"</_>")


def _narrow(body: bytes) -> bytes:
    """A document as UTF-8 where its byte-order mark says what it is; without the mark."""
    if not body.startswith(_WIDE) or len(body) > LONGEST:
        return body.removeprefix(_BREAK)
    try:
        return _DECLARED.sub("", body.decode("utf-16")).encode()
    except UnicodeDecodeError:
        return b""


def _parsed(body: bytes) -> Element | None:
    try:
        root = etree.fromstring(body.lstrip(), _PARSER)
    except (etree.XMLSyntaxError, ValueError, LookupError):
        return None
    return None if root.getroottree().docinfo.doctype else root


def xml_tree(root: Element) -> dict[str, Any]:
    """A document as a tree: under the name of its root, and the root's own parts beside it, for short paths."""
    content = _content(root)
    own = content if isinstance(content, dict) else {}
    return {**own, local_name(root): content}


def local_name(element: Element) -> str:
    """The name of an element, or of an attribute's key, without its namespace."""
    name = element if isinstance(element, str) else str(element.tag)
    return name.rpartition("}")[2]


def _content(element: Element) -> Any:
    text = (element.text or "").strip()
    if not len(element) and not element.attrib:
        return text
    made: dict[str, Any] = {f"@{local_name(key)}": value for key, value in element.attrib.items()}
    for child in element:
        if not isinstance(child.tag, str):
            continue  # an entity that is not resolved
        name, value = local_name(child), _content(child)
        if name not in made:
            made[name] = value
        elif isinstance(made[name], list):
            made[name].append(value)
        else:
            made[name] = [made[name], value]
        text = f"{text} {(child.tail or '').strip()}".strip()
    if text:
        made[TEXT] = text
    return made
