"""JSON bodies as objects, or what is wrong with them."""

from typing import Any

import msgspec

from outbid.core.contract import Malformed
from outbid.core.dialect.malformed import why_not_json
from outbid.plugins.intakes._named import DEEPEST

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


def _not_json(content_type: str, why: str) -> Malformed:
    named = content_type.partition(";")[0].strip().lower()
    if named and "json" not in named:
        return Malformed(
            415, "media_type_unknown", f"the content type is {named!r}; this source reads application/json"
        )
    return Malformed(400, "body_not_json", why[:200])


def _kind(document: Any) -> str:
    return {list: "a list", str: "a text", bool: "a boolean", type(None): "null"}.get(type(document), "a number")
