"""Every lead of a database decided again: at the end of each test that opens a house."""

from typing import Any

import msgspec

from outbid.core.ids import LEAD, public
from outbid.core.market.compile import compile_market
from outbid.core.market.snapshot import Market
from outbid.core.replay.receipts import receipts
from outbid.core.replay.replay import Difference, replay
from outbid.core.route import Plan
from outbid.core.scope import HOUSE
from outbid.plugins.registry import Registry
from outbid.store import leads
from outbid.store import market as markets

MOST = 2_000
"""Leads that are replayed; no test sells as many but those that load a house."""


async def differences(connection: Any, registry: Registry) -> dict[str, list[Difference]]:
    """The leads whose decisions do not repeat, at the version that each pinned; and each offer has one receipt."""
    compiled: dict[int, Market] = {}
    found: dict[str, list[Difference]] = {}
    for record in await leads.whole(connection, HOUSE, 0, bytes(16), b"\xff" * 16, MOST, closed=False):
        if record.version not in compiled:
            compiled[record.version] = compile_market(
                *await markets.load(connection, record.version), registry, lenient=True
            )
        market = compiled[record.version]
        plan = Plan(market.campaigns[record.campaign], market.sources[record.source])
        events = [event for chapter in record.chapters for event in chapter.events]
        facts = msgspec.json.decode(record.facts)
        if told := replay(plan, facts, events, test=record.test):
            found[public(LEAD, record.cell, record.id)] = told
        assert sorted(r.offer for r in receipts(plan, facts, events)) == sorted(plan.campaign.offers)
    return found
