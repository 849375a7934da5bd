"""Trace context (W3C, levels 1 and 2): the trace that a seller's request belongs to, and how buyers are told of it."""

import re

import msgspec

from outbid.core.dialect.wire import Header

PARENT = "traceparent"
STATE = "tracestate"
MOST_MEMBERS = 32
MOST_STATE = 512
"""Characters of a `tracestate` that are passed on; members beyond are left out, the last first."""
_PARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_KEY = r"(?:[a-z][a-z0-9_\-*/]{0,255}|[a-z0-9][a-z0-9_\-*/]{0,240}@[a-z][a-z0-9_\-*/]{0,13})"
_VALUE = r"[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]"
_MEMBER = re.compile(f"({_KEY})={_VALUE}")
_KNOWN_FLAGS = 0b11
"""Sampled, and (level 2) random trace id; all others are sent as 0."""


class Trace(msgspec.Struct, frozen=True):
    """A trace that was begun elsewhere. `id` is 32 hex digits; `state` is what goes on as `tracestate`."""

    id: str
    flags: int = 0
    state: str = ""


def read_trace(parent: str, state: str = "") -> Trace | None:
    """The trace that the two headers name; None if `traceparent` is not as the standard has it.

    A faulty `tracestate` is left out and the trace goes on. Of a version that is not known yet, what is known is read.
    """
    found = _PARENT.fullmatch(parent.strip(" \t"))
    if found is None:
        return None
    version, trace, span, flags, more = found.groups()
    if version == "ff" or (version == "00" and more) or not trace.strip("0") or not span.strip("0"):
        return None
    return Trace(trace, int(flags, 16) & _KNOWN_FLAGS, _state(state))


def child_of(trace: Trace, span: bytes) -> tuple[Header, ...]:
    """The headers of a request of ours within the trace, under its own id: 8 bytes, not all of them zero."""
    parent = (PARENT, f"00-{trace.id}-{span.hex()}-{trace.flags:02x}")
    return (parent, (STATE, trace.state)) if trace.state else (parent,)


def _state(text: str) -> str:
    members = [member for part in text.split(",") if (member := part.strip(" \t"))]
    found = [_MEMBER.fullmatch(member) for member in members]
    keys = {match[1] for match in found if match is not None}
    if len(keys) != len(members) or len(members) > MOST_MEMBERS:
        return ""
    while members and len(",".join(members)) > MOST_STATE:
        members.pop()
    return ",".join(members)
