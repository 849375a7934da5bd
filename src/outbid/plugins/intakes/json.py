"""One lead as one flat JSON object; nested objects become dotted names."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from outbid.core.contract import Arrival, Malformed
from outbid.core.dialect.malformed import why_not_json
from outbid.plugins.intakes._named import MOST_FIELDS, BidIds, PingId, arrival, pointer

DEEPEST = 16


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a source names its fields.

    names    from the seller's name to the campaign's; a name that is not here is taken as it is
    ping_id  the name under which the seller gives the id of his ping back
    bid_ids  the name under which he names the bids of his choice: a list, or a text with commas
    """

    names: Annotated[dict[str, str], Meta(description="from the seller's field names to the campaign's")] = {}
    ping_id: PingId = "ping_id"
    bid_ids: BidIds = "bid_ids"


_decode = msgspec.json.Decoder().decode


def read(content_type: str, body: bytes, settings: Settings) -> Arrival | Malformed:
    """Read one lead. A missing or wrong content type is forgiven if the body is JSON (a trade rule)."""
    try:
        document = _decode(body.removeprefix(b"\xef\xbb\xbf"))
    except RecursionError:
        return Malformed(400, "body_too_deep", f"the body is nested more than {DEEPEST} levels deep")
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return _not_json(content_type, why_not_json(body, error))
    if not isinstance(document, dict):
        return Malformed(400, "body_not_object", f"the body is {_kind(document)}; send one object")
    fields: dict[str, Any] = {}
    fault = _flatten(document, "", 1, fields, settings.names)
    return fault or arrival(fields, settings.ping_id, settings.bid_ids)


def _not_json(content_type: str, why: str) -> Malformed:
    named = content_type.partition(";")[0].strip().lower()
    if named and "json" not in named:
        return Malformed(
            415, "media_type_unknown", f"the content type is {named!r}; this source reads application/json"
        )
    return Malformed(400, "body_not_json", why[:200])


def _flatten(
    document: dict[str, Any], prefix: str, depth: int, fields: dict[str, Any], names: dict[str, str]
) -> Malformed | None:
    for key, value in document.items():
        name, kind = prefix + key, type(value)
        if kind is list and depth + _levels(value, DEEPEST) > DEEPEST:
            return Malformed(400, "body_too_deep", f"at most {DEEPEST} levels", pointer(name))
        if kind is dict and value:
            if depth >= DEEPEST:
                return Malformed(400, "body_too_deep", f"at most {DEEPEST} levels", pointer(name))
            if fault := _flatten(value, name + ".", depth + 1, fields, names):
                return fault
            continue
        fields[names.get(name, name) if names else name] = value
    if len(fields) > MOST_FIELDS:
        return Malformed(400, "body_too_large", f"at most {MOST_FIELDS} fields", pointer(prefix.rstrip(".")))
    return None


def _levels(value: Any, most: int) -> int:
    """How deeply lists and objects are nested, counted no further than one more than `most`."""
    if most < 0 or not isinstance(value, dict | list):
        return 0
    parts = value.values() if isinstance(value, dict) else value
    return 1 + max((_levels(part, most - 1) for part in parts), default=0)


def _kind(document: Any) -> str:
    return {list: "a list", str: "a text", bool: "a boolean", type(None): "null"}.get(type(document), "a number")
