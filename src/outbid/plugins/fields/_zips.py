"""Where ZIP codes are: the table and the great-circle distances are those of the `zipcodes` library (MIT)."""

from functools import lru_cache

import msgspec
import zipcodes

DIGITS = 5


@lru_cache(4096)
def zips_around(code: str, miles: float) -> tuple[str, ...] | None:
    """The ZIP codes whose middle is so many miles from one's, itself among them; None if nobody knows where that is."""
    known = zipcodes.matching(code) if len(code) == DIGITS else []  # type: ignore[no-untyped-call]
    if not known:
        return None
    at = float(known[0]["lat"]), float(known[0]["long"])
    near = zipcodes.filter_by_coordinates(*at, miles)  # type: ignore[no-untyped-call]
    return tuple(sorted({code, *(place["zip_code"] for place in near)}))


class Place(msgspec.Struct, frozen=True, gc=False):
    """What the table tells of a ZIP code; what it does not know is empty. `state` as TX, `county` as Travis County."""

    city: str
    state: str
    county: str
    timezone: str


def place_of(code: str) -> Place | None:
    """The place of a ZIP code; None if it has not five digits or is not in the table."""
    return _places(code[:3]).get(code) if len(code) == DIGITS else None


@lru_cache(1024)
def _places(zip3: str) -> dict[str, Place]:
    """All places of an area: to read the whole table at once would hold the exchange up, to search it each time too."""
    if not (zip3.isascii() and zip3.isdecimal()):
        return {}
    return {
        row["zip_code"]: Place(row["city"], row["state"], row["county"], row["timezone"])
        for row in zipcodes.similar_to(zip3)  # type: ignore[no-untyped-call]
    }
