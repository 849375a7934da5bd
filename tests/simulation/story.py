"""What happened to one lead, for whoever has to find out why a law broke."""

from typing import TYPE_CHECKING

from outbid.core.ids import SALE, public
from outbid.core.lead import event as ev

if TYPE_CHECKING:
    from .laws import Breach
    from .world import World


def story_of(world: "World", breach: "Breach") -> list[str]:
    """The chapters, sales and buyers' books of the lead that a breach is about."""
    if breach.lead is None:
        return []
    tables = world.server.tables
    lines = [f"lead {public('ld_', 0, breach.lead)}"]
    for (lead_id, n), row in sorted(tables.table("chapter").items()):
        if lead_id == breach.lead:
            at_s = (row["at"] - world.clock._start_ms) / 1000
            lines.append(f"  chapter {n} at {at_s:.3f} s, lane {row['lane']}, seq {row['seq']}")
            lines += [f"    {event}" for event in ev.decode(row["events"])]
    keys = set()
    for (sale_id,), row in tables.table("sale").items():
        if row["lead_id"] == breach.lead:
            key = public(SALE, 0, sale_id)
            keys.add(key)
            lines.append(f"  sale {key} to offer {row['offer']}: {row['status']} {world.settled.get(key, '')}")
    for buyer in world.buyers.values():
        lines += [
            f"  {buyer.offer} took {book.tag} under {book.key} at {book.at_s:.3f} s"
            for book in buyer.taken
            if book.key in keys
        ]
    lines.append(f"  status row {tables.table('lead_status').get((breach.lead,))}")
    return lines
