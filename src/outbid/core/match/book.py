"""The standing orders of a tier, found by what a lead is; a few may change without making all of it anew.

Most offers stand on one large page with its index. Those that changed since it was made are struck out there and stand
on a small page, whose index is made again with each change. When that one is full, all are put on a new large page.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from operator import attrgetter
from typing import Generic, Protocol, TypeVar

from outbid.core.lead.value import Scalar
from outbid.core.match.filter import Node
from outbid.core.match.index import Index
from outbid.core.match.tables import bits_of

MOST_LATE = 128
"""How many offers the small page may hold: its index costs a lead microseconds, and a change some milliseconds."""


class Order(Protocol):
    """What a book must know of an offer."""

    @property
    def number(self) -> int:
        """What it is named by."""

    @property
    def buyer(self) -> int:
        """Whose it is."""

    @property
    def paused(self) -> bool:
        """Does it rest?"""

    @property
    def node(self) -> Node | None:
        """Its filter; None takes every lead."""

    @property
    def reads(self) -> frozenset[str]:
        """The facts that decide whether and at which price it buys."""


Standing = TypeVar("Standing", bound=Order)
_number = attrgetter("number")


class _Page(Generic[Standing]):
    """Offers by position, and the index of their filters. `_open` remembers what `open_to` found."""

    __slots__ = ("_index", "_open", "offers", "position")

    def __init__(self, offers: Iterable[Standing]) -> None:
        self.offers = tuple(sorted(offers, key=_number))
        self.position = {offer.number: at for at, offer in enumerate(self.offers)}
        self._index = Index([offer.node for offer in self.offers])
        self._open: dict[frozenset[int] | None, int] = {}

    def matching(self, facts: Mapping[str, Scalar], buyers: frozenset[int] | None, kept: int) -> list[Standing]:
        """The offers of these buyers (None: of all) that do not rest and match; only those whose bit is `kept`."""
        offers = self.offers
        return [offers[at] for at in self._index.matching(facts, self._open_to(buyers) & kept)]

    def _open_to(self, buyers: frozenset[int] | None) -> int:
        found = self._open.get(buyers)
        if found is None:
            found = self._open[buyers] = bits_of(
                at
                for at, offer in enumerate(self.offers)
                if not offer.paused and (buyers is None or offer.buyer in buyers)
            )
        return found


class Book(Generic[Standing]):
    """Offers by number, each once. A book never changes; `changed` gives another one."""

    __slots__ = ("_kept", "_late", "_offers", "_page", "_reads", "_struck")

    def __init__(self, offers: Iterable[Standing] = ()) -> None:
        self._page = _Page(offers)
        self._late: _Page[Standing] = _Page(())
        self._struck: frozenset[int] = frozenset()
        self._kept = -1
        self._reads = Counter(fact for offer in self._page.offers for fact in offer.reads)
        self._offers: tuple[Standing, ...] | None = self._page.offers

    @property
    def offers(self) -> tuple[Standing, ...]:
        """All offers."""
        if self._offers is None:
            self._offers = tuple(sorted(self._all(), key=_number))
        return self._offers

    @property
    def reads(self) -> frozenset[str]:
        """The facts that filters and prices read."""
        return frozenset(self._reads)

    def __contains__(self, number: int) -> bool:
        return number in self._late.position or (number in self._page.position and number not in self._struck)

    def matching(self, facts: Mapping[str, Scalar], buyers: frozenset[int] | None) -> list[Standing]:
        """The offers of these buyers (None: of all) that do not rest and whose filters match."""
        found = self._page.matching(facts, buyers, self._kept)
        if self._late.offers:
            found += self._late.matching(facts, buyers, -1)
            found.sort(key=_number)
        return found

    def changed(self, gone: Collection[int], come: Collection[Standing]) -> "Book[Standing]":
        """A book without the offers that have these numbers, and with those that come."""
        leaving = {number for number in gone if number in self}
        if not leaving and not come:
            return self
        late = [*(offer for offer in self._late.offers if offer.number not in leaving), *come]
        if len(late) > MOST_LATE:
            page = (offer for offer in self._all() if offer.number not in leaving)
            return Book((*page, *come))
        made: Book[Standing] = Book.__new__(Book)
        made._page, made._late = self._page, _Page(late)
        made._struck = self._struck.union(number for number in leaving if number in self._page.position)
        made._kept = ~bits_of(self._page.position[number] for number in made._struck)
        made._reads = self._reads + Counter(fact for offer in come for fact in offer.reads)
        made._reads -= Counter(fact for number in leaving for fact in self._at(number).reads)
        made._offers = None
        return made

    def _all(self) -> Iterator[Standing]:
        yield from (offer for offer in self._page.offers if offer.number not in self._struck)
        yield from self._late.offers

    def _at(self, number: int) -> Standing:
        page = self._late if number in self._late.position else self._page
        return page.offers[page.position[number]]
