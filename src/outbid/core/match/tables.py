"""The tables of the index: for each value of a fact the offers that it allows, as the bits of an integer."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from operator import or_
from typing import Any, Protocol

from outbid.core.lead.value import Scalar

End = tuple[Any, bool] | None
"""One end of a range: the bound and whether the bound itself lies outside; None for no end."""
Ends = tuple[End, End]


class Table(Protocol):
    """What the index asks of a table."""

    def of(self, seen: Scalar | None) -> int:
        """The offers that this value allows; None for a fact that the lead does not have."""


def bits_of(offers: Iterable[int]) -> int:
    """Positions as the ones of an integer."""
    made = 0
    for offer in offers:
        made |= 1 << offer
    return made


class Values:
    """Offers that name the values they want: value → bits of those, and of all that do not care."""

    __slots__ = ("_allowed", "_others")

    def __init__(self, everyone: int, wanted: Mapping[int, frozenset[Scalar]]) -> None:
        self._others = others = everyone & ~bits_of(wanted)
        self._allowed = _naming(wanted, lambda bits: bits | others)

    def of(self, seen: Scalar | None) -> int:
        """See `Table`."""
        return self._others if seen is None else self._allowed.get(seen, self._others)


class Denied:
    """Offers that name the values they refuse: value → bits of all others."""

    __slots__ = ("_everyone", "_others")

    def __init__(self, everyone: int, wanted: Mapping[int, frozenset[Scalar]]) -> None:
        self._everyone = everyone
        self._others = _naming(wanted, lambda bits: everyone & ~bits)

    def of(self, seen: Scalar | None) -> int:
        """See `Table`."""
        return self._everyone if seen is None else self._others.get(seen, self._everyone)


def _naming(wanted: Mapping[int, frozenset[Scalar]], change: Callable[[int], int]) -> dict[Scalar, int]:
    """Value → bits of the offers that name it, changed by `change`.

    Lists may have 100,000 values, and among 10,000 offers an integer has a kilobyte: values that the same lists name
    share one.
    """
    by_list: dict[frozenset[Scalar], list[int]] = {}
    for offer, values in wanted.items():
        by_list.setdefault(values, []).append(offer)
    lists_of: dict[Scalar, list[int]] = {}
    for number, values in enumerate(by_list):
        for value in values:
            found = lists_of.get(value)
            if found is None:
                lists_of[value] = [number]
            else:
                found.append(number)
    bits_of_list = [bits_of(offers) for offers in by_list.values()]
    shared: dict[tuple[int, ...], int] = {}
    named: dict[Scalar, int] = {}
    for value, numbers in lists_of.items():
        key = tuple(numbers)
        if key not in shared:
            shared[key] = change(reduce(or_, (bits_of_list[number] for number in key)))
        named[value] = shared[key]
    return named


class Presence:
    """Offers that want a fact to be known, or not to be."""

    __slots__ = ("_absent", "_present")

    def __init__(self, everyone: int, wanted: Mapping[int, frozenset[bool]]) -> None:
        self._present = everyone & ~bits_of(offer for offer, values in wanted.items() if False in values)
        self._absent = everyone & ~bits_of(offer for offer, values in wanted.items() if True in values)

    def of(self, seen: Scalar | None) -> int:
        """See `Table`."""
        return self._absent if seen is None else self._present


class Ranges:
    """Offers that bound a fact: the pieces between all bounds, each with its bits.

    Pieces alternate: below the first bound, the first bound itself, between it and the second, and so on.
    """

    __slots__ = ("_bounds", "_others", "_pieces")

    def __init__(self, everyone: int, wanted: Mapping[int, Ends]) -> None:
        self._others = everyone & ~bits_of(wanted)
        self._bounds = sorted({end[0] for ends in wanted.values() for end in ends if end is not None})
        count = 2 * len(self._bounds) + 1
        begin, end = [0] * count, [0] * count
        for offer, (least, most) in wanted.items():
            first = 0 if least is None else self._piece_of(least[0]) + least[1]
            last = count - 1 if most is None else self._piece_of(most[0]) - most[1]
            if first <= last:  # else no value is both
                begin[first] |= 1 << offer
                end[last] |= 1 << offer
        self._pieces = []
        running = self._others
        for begins, ends in zip(begin, end, strict=True):
            running |= begins  # one sweep: offers come in at their least, go after their most
            self._pieces.append(running)
            running &= ~ends

    def _piece_of(self, bound: Any) -> int:
        return 2 * bisect_left(self._bounds, bound) + 1

    def of(self, seen: Scalar | None) -> int:
        """See `Table`."""
        if seen is None:
            return self._others
        at = bisect_right(self._bounds, seen)
        on_bound = at > 0 and self._bounds[at - 1] == seen
        return self._pieces[2 * at - 1 if on_bound else 2 * at]


def narrower(one: Ends, other: Ends) -> Ends:
    """The values that are in both ranges. Of equal bounds the one that lies outside is the narrower."""
    leasts = [ends[0] for ends in (one, other) if ends[0] is not None]
    mosts = [ends[1] for ends in (one, other) if ends[1] is not None]
    return max(leasts, default=None), min(mosts, key=lambda end: (end[0], not end[1]), default=None)
