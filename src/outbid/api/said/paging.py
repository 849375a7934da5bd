"""What every list is asked for: how many at once, and where the page before ended."""

import re
from typing import Annotated

from msgspec import Meta

from outbid.api.door.refusal import Refused

Limit = Annotated[int, Meta(ge=1, le=500, description="how many at most")]
Text = Annotated[str, Meta(max_length=200)]
_ID = re.compile(r"[0-9a-f]{32}")


def id_of(cursor: str) -> bytes | None:
    """The id that a cursor holds; None for the first page. Raises Refused for what is no cursor."""
    if not cursor:
        return None
    if not _ID.fullmatch(cursor):
        raise Refused("parameter_faulty", "cursor: take `next` of the page before as it is")
    return bytes.fromhex(cursor)
