"""What intakes have in common: how many fields a lead may have, and where one of them stands."""

from typing import Annotated, Any

from msgspec import Meta

from outbid.core.contract import Arrival

MOST_FIELDS = 500
PingId = Annotated[str, Meta(min_length=1, max_length=80, description="the name under which a ping's id comes back")]


def arrival(fields: dict[str, Any], ping_id: str) -> Arrival:
    """The lead of these fields, and the ping that it was posted under, if it names one."""
    if ping_id not in fields:
        return Arrival(fields)
    ping = fields.pop(ping_id)
    return Arrival(fields, None if ping in (None, "") else str(ping)[:200])


def pointer(name: str) -> str:
    """The JSON pointer to a field by its dotted name; '' for no name."""
    return "/" + name.replace("~", "~0").replace("/", "~1").replace(".", "/") if name else ""
