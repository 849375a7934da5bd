"""What intakes have in common: how many fields a lead may have, and where one of them stands."""

from typing import Annotated, Any

from msgspec import Meta

from outbid.core.contract import Arrival, Malformed

MOST_FIELDS = 500
DEEPEST = 16
MOST_CHOSEN = 100
"""Ids of bids that are read."""
PingId = Annotated[str, Meta(min_length=1, max_length=80, description="the name under which a ping's id comes back")]
BidIds = Annotated[
    str, Meta(min_length=1, max_length=80, description="the name under which the ids of chosen bids come, in order")
]


def arrival(fields: dict[str, Any], ping_id: str, bid_ids: str) -> Arrival:
    """The lead of these fields, the ping that it was posted under, if it names one, and the bids that it names."""
    ping = fields.pop(ping_id) if ping_id in fields else None
    if bid_ids in fields:
        return under(fields, ping, ids_of(fields.pop(bid_ids)))
    return Arrival(fields) if ping is None else under(fields, ping, ())  # most leads name neither


def under(fields: dict[str, Any], ping: Any, bids: tuple[str, ...]) -> Arrival:
    """The lead of these fields under a ping, if there is one, or under that of the bids."""
    if ping in (None, ""):
        ping = bids[0].rpartition(".")[0] if bids else None  # a bid's id begins with that of its ping
    return Arrival(fields, None if ping is None else str(ping)[:200], bids)


def ids_of(came: Any) -> tuple[str, ...]:
    """Ids from a list, or from a text with commas between them."""
    listed = came if isinstance(came, list) else str("" if came is None else came).split(",")
    return tuple(text for each in listed[:MOST_CHOSEN] if (text := str(each).strip()[:200]))


def pointer(name: str) -> str:
    """The JSON pointer to a field by its dotted name; '' for no name."""
    return "/" + name.replace("~", "~0").replace("/", "~1").replace(".", "/") if name else ""


def flatten(
    document: dict[str, Any], prefix: str, depth: int, fields: dict[str, Any], names: dict[str, str]
) -> Malformed | None:
    """Put the parts of a document into `fields`, objects within objects by dotted names; or say what is too much."""
    for key, value in document.items():
        name, kind = prefix + key, type(value)
        if kind is list and depth + _levels(value, DEEPEST) > DEEPEST:
            return Malformed(400, "body_too_deep", f"at most {DEEPEST} levels", pointer(name))
        if kind is dict and value:
            if depth >= DEEPEST:
                return Malformed(400, "body_too_deep", f"at most {DEEPEST} levels", pointer(name))
            if fault := flatten(value, name + ".", depth + 1, fields, names):
                return fault
            continue
        fields[names.get(name, name) if names else name] = value
    if len(fields) > MOST_FIELDS:
        return Malformed(400, "too_many_fields", f"at most {MOST_FIELDS} fields", pointer(prefix.rstrip(".")))
    return None


def _levels(value: Any, most: int) -> int:
    """How deeply lists and objects are nested, counted no further than one more than `most`."""
    if most < 0 or not isinstance(value, dict | list):
        return 0
    parts = value.values() if isinstance(value, dict) else value
    return 1 + max((_levels(part, most - 1) for part in parts), default=0)
