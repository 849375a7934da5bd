"""Duplicate rules of buyers: nobody buys a person again whom he bought, or may have bought, within the window."""

from collections import defaultdict
from collections.abc import Iterator

from outbid.core.lead.state import PLACE_TAKEN
from outbid.core.market.snapshot import Duplicates, Market

from .database.tables import Row, Tables

SKEW_MS = 60_000
"""By how much the clocks of two processes may differ, and the hold be older than its commit."""


class Bought:
    """Who had whom at every moment, told by the persons that leads were stored with, not by the claims that were made."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._persons: dict[bytes, set[bytes]] = defaultdict(set)
        self._sales: dict[str, list[bytes]] = defaultdict(list)

    def stored(self, person: bytes, lead_id: bytes) -> None:
        """A lead is found by this hash of its person's phone or e-mail."""
        self._persons[person].add(lead_id)

    def is_of(self, person: bytes, lead_id: bytes) -> bool:
        """Is a lead found by this hash?"""
        return lead_id in self._persons[person]

    def twice(self, market: Market, sale_id: bytes, sale: Row) -> Iterator[str]:
        """A sale was opened by a lead that pinned this market: which other sales its buyer's rules forbid it beside."""
        for rule in market.offers[sale["offer"]].duplicates:
            for other_id in self._sales[rule.scope]:
                if self._is_same(rule, sale_id, sale, other_id):
                    yield f"{rule.scope}: sale {sale_id.hex()} beside {other_id.hex()}"
        for scope in (f"buyer:{sale['buyer']}", f"offer:{sale['offer']}"):
            self._sales[scope].append(sale_id)

    def _is_same(self, rule: Duplicates, sale_id: bytes, sale: Row, other_id: bytes) -> bool:
        other = self._tables.table("sale")[(other_id,)]
        if other["status"] not in PLACE_TAKEN or other["lead_id"] == sale["lead_id"]:
            return False
        if _at_ms(sale_id) - _at_ms(other_id) > rule.window_ms - SKEW_MS:
            return False
        leads = (sale["lead_id"], other["lead_id"])
        common = sum(all(lead in found for lead in leads) for found in self._persons.values())
        return common >= (len(rule.fields) if rule.together else 1)


def _at_ms(sale_id: bytes) -> int:
    return int.from_bytes(sale_id[:6], "big")
