"""JSON and XML bodies as objects, or what is wrong with them."""

from typing import Any

import msgspec

from outbid.core.contract import Malformed
from outbid.core.dialect.formats.xml import local_name, xml_root, xml_tree
from outbid.core.dialect.malformed import why_not_json
from outbid.plugins.intakes._named import DEEPEST

NOT_XML = "not_xml"
_decode = msgspec.json.Decoder().decode


def read_json(content_type: str, body: bytes) -> dict[str, Any] | Malformed:
    """The object that a body is. A missing or wrong content type is forgiven if the body is JSON (a trade rule)."""
    try:
        document = _decode(body.removeprefix(b"\xef\xbb\xbf"))
    except RecursionError:
        return Malformed(400, "body_too_deep", f"the body is nested more than {DEEPEST} levels deep")
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return _not_json(content_type, why_not_json(body, error))
    if not isinstance(document, dict):
        return Malformed(400, "body_not_object", f"the body is {_kind(document)}; send one object")
    return document


def read_xml(body: bytes) -> dict[str, Any] | Malformed:
    """What stands below the root. A root that holds nothing but a text, or no root, is no lead."""
    root = xml_root(body)
    if root is None:
        return Malformed(400, f"xml.{NOT_XML}", "the body is no document, or has a DOCTYPE")
    own = xml_tree(root)[local_name(root)]
    if not isinstance(own, dict):
        return Malformed(400, "body_not_object", "the root element holds no elements")
    return own


def _not_json(content_type: str, why: str) -> Malformed:
    named = content_type.partition(";")[0].strip().lower()
    if named and "json" not in named:
        return Malformed(
            415, "media_type_unknown", f"the content type is {named!r}; this source reads application/json"
        )
    return Malformed(400, "body_not_json", why[:200])


def _kind(document: Any) -> str:
    return {list: "a list", str: "a text", bool: "a boolean", type(None): "null"}.get(type(document), "a number")
