"""Whether the sample of leads, by which it is counted why offers were not asked, holds each of its leads once."""

from collections import Counter
from collections.abc import Iterator

import msgspec

from outbid.core.lead import event as ev
from outbid.core.market.snapshot import Market
from outbid.core.replay.receipts import receipts
from outbid.core.route import Plan
from outbid.core.tally.sample import is_drawn

from .database.tables import Tables
from .node import SAMPLED

Key = tuple[int, int]
"""Source and offer; offer 0 is the lead itself."""


def missampled(tables: Tables, markets: dict[int, Market]) -> Iterator[tuple[Key, int, int]]:
    """Where the rows are not what the leads add up to that are drawn and closed: the key, what is there, what is due."""
    found, due = Counter[Key](), Counter[Key]()
    for (_, source, offer, _, _), row in tables.table("skip_sample").items():
        found[source, offer] += row["times"]
    events: dict[bytes, list[ev.Event]] = {}
    for (lead_id, _), chapter in sorted(tables.table("chapter").items()):
        events.setdefault(lead_id, []).extend(ev.decode(chapter["events"]))
    for (lead_id,), row in tables.table("lead").items():
        closed = any(isinstance(event, ev.Closed) for event in events.get(lead_id, ()))
        if closed and not row["test"] and is_drawn(lead_id, SAMPLED):
            market = markets[row["version"]]
            plan = Plan(market.campaigns[row["campaign"]], market.sources[row["source"]])
            told = receipts(plan, msgspec.json.decode(row["facts"]), events[lead_id])
            due.update(
                [(row["source"], 0), *((row["source"], one.offer) for one in told if one.outcome == "not_asked")]
            )
    for key in sorted(found.keys() | due.keys()):
        if found[key] != due[key]:
            yield key, found[key], due[key]
