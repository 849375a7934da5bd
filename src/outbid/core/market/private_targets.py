"""Private addresses that a change lets the exchange reach: exceptions from a rule of the network."""

from collections.abc import Iterator, Mapping
from typing import Any

NAME = "private_targets"


def granted(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> list[str]:
    """The HOST:PORT pairs that stand in a noun after a change and did not before, wherever in it, in order."""
    return sorted(set(_listed(after)) - set(_listed(before)))


def _listed(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, part in value.items():
            if name == NAME and isinstance(part, list | tuple):
                yield from (str(text) for text in part)
            else:
                yield from _listed(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _listed(part)
