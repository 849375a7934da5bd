"""A sample of leads: drawn by the lead's id alone, so that nothing need be remembered of it."""

MILLION = 1_000_000
_TAIL = 6
"""How many bytes at an id's end are chance alone (see `ids.uuid7`)."""

Skip = tuple[int, int, int, str, int]
"""Quarter-hour in which the lead came (UTC milliseconds), source, offer, reason, share in millionths.

Offer 0, with an empty reason, is the lead itself: how many were looked at.
"""
Skips = dict[Skip, int]
"""How many leads of the sample each stands for."""


def is_drawn(lead: bytes, share: int) -> bool:
    """Is a lead in the sample? `share` in millionths: of as many leads, so many are."""
    return int.from_bytes(lead[-_TAIL:], "big") * MILLION < share << 8 * _TAIL
