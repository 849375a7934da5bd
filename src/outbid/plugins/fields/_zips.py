"""Where ZIP codes are: the table and the great-circle distances are those of the `zipcodes` library (MIT)."""

from functools import lru_cache

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
