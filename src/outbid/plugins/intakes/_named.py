"""What intakes have in common: how many fields a lead may have, and where one of them stands."""

from typing import Annotated, Any

from msgspec import Meta

from outbid.core.contract import Arrival

MOST_FIELDS = 500
MOST_CHOSEN = 100
"""Ids of bids that are read."""
PingId = Annotated[str, Meta(min_length=1, max_length=80, description="the name under which a ping's id comes back")]
BidIds = Annotated[
    str, Meta(min_length=1, max_length=80, description="the name under which the ids of chosen bids come, in order")
]


def arrival(fields: dict[str, Any], ping_id: str, bid_ids: str) -> Arrival:
    """The lead of these fields, the ping that it was posted under, if it names one, and the bids that it names."""
    ping = fields.pop(ping_id) if ping_id in fields else None
    bids = _ids(fields.pop(bid_ids)) if bid_ids in fields else ()
    if ping in (None, ""):
        ping = bids[0].rpartition(".")[0] if bids else None  # a bid's id begins with that of its ping
    return Arrival(fields, None if ping is None else str(ping)[:200], bids)


def _ids(came: Any) -> tuple[str, ...]:
    """Ids from a list, or from a text with commas between them."""
    listed = came if isinstance(came, list) else str("" if came is None else came).split(",")
    return tuple(text for each in listed[:MOST_CHOSEN] if (text := str(each).strip()[:200]))


def pointer(name: str) -> str:
    """The JSON pointer to a field by its dotted name; '' for no name."""
    return "/" + name.replace("~", "~0").replace("/", "~1").replace(".", "/") if name else ""
