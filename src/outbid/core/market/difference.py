"""What differs between two states of a noun, field by field; and what the market is when it goes back to a version."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from outbid.core.market.noun import KINDS, Key, Noun
from outbid.core.market.problem import Path

_LISTS = (list, tuple)
_ABSENT = object()
Plain = dict[str, dict[str, Noun]]
"""Nouns by kind and slug."""


def same(was: Noun | None, now: Noun | None) -> bool:
    """Whether two nouns are one, the order of keys included: it is that of the elements that buyers are sent."""
    return was is now or (was == now and msgspec.json.encode(was) == msgspec.json.encode(now))


def paths_between(before: Any, after: Any) -> Iterator[Path]:
    """The places where two values of JSON differ. Lists of one length are compared item by item, others as one."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys((*before, *after)):
            for path in paths_between(before.get(key, _ABSENT), after.get(key, _ABSENT)):
                yield (key, *path)
        if before.keys() == after.keys() and list(before) != list(after):
            yield ()
    elif isinstance(before, _LISTS) and isinstance(after, _LISTS) and len(before) == len(after):
        for place, (was, now) in enumerate(zip(before, after, strict=True)):
            for path in paths_between(was, now):
                yield (place, *path)
    elif before is _ABSENT or after is _ABSENT or before != after:
        yield ()


def at(value: Any, path: Path) -> Any:
    """What stands at a place; None where nothing does."""
    for part in path:
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, _LISTS) and isinstance(part, int) and part < len(value):
            value = value[part]
        else:
            return None
    return value


def going_back(then: Mapping[str, Mapping[str, Noun]], now: Mapping[str, Mapping[str, Noun]]) -> Plain:
    """All nouns as they were at a version; but keys stay as they are now, and go with an owner who was not there yet.

    So what was revoked opens nothing again.
    """
    wanted: Plain = {kind: dict(then.get(kind, {})) for kind in KINDS if kind != "key"}
    wanted["key"] = {
        slug: key
        for slug, key in now.get("key", {}).items()
        if isinstance(key, Key) and (key.holder == "house" or key.owner in wanted[key.holder])
    }
    return wanted


def taking_back(before: Mapping[str, Mapping[str, Noun]], after: Plain, now: Plain) -> tuple[Plain, list[str]]:
    """What the kinds are that one change touched when that change alone is taken back, and nouns that moved since.

    `before` and `after` are the market on both sides of the change. Keys stay as they are: what was revoked opens
    nothing again. A noun that is not as the change left it is named: "offer a"; taking back would undo more.
    """
    wanted, moved = {}, []
    for kind in (kind for kind in KINDS if kind != "key"):
        was, became, stands = before.get(kind, {}), after.get(kind, {}), dict(now.get(kind, {}))
        touched = [slug for slug in {**was, **became} if not same(was.get(slug), became.get(slug))]
        moved += [f"{kind} {slug}" for slug in touched if not same(became.get(slug), stands.get(slug))]
        for slug in touched:
            stands.pop(slug, None)
            if slug in was:
                stands[slug] = was[slug]
        if touched:
            wanted[kind] = stands
    return wanted, sorted(moved)


def keys_away(then: Mapping[str, Mapping[str, Noun]], wanted: Plain) -> list[str]:
    """The keys that opened something at a version, and do not though the market goes back to it."""
    return sorted(
        slug for slug, key in then.get("key", {}).items() if _opens(key) and not _opens(wanted["key"].get(slug))
    )


def _opens(key: Noun | None) -> bool:
    return isinstance(key, Key) and not key.revoked
