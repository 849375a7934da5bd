"""A lead that came, as a play needs it: what its buyers said, what was live, and how it ended."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from outbid.core.lead import event as ev
from outbid.core.lead.learned import facts_after
from outbid.core.lead.state import Sale, State, fold_all
from outbid.core.lead.value import Scalar
from outbid.core.price.lines import NOT_AWAITED, PAST_PATIENCE


class Past(msgspec.Struct, frozen=True):
    """One lead with its history.

    facts     all that decides about it, what enrichers taught among it
    checked   the reason code for which its checks refused it, None if they did not; `held` as in `Inspected`
    reviewed  what a person said of it who looked at it; empty if nobody did
    lines     how each offer answered that was asked, by its number: the last time
    offered   the price at which each offer was posted, and `sales` what came of it
    live      what the methods of tiers read beside the bids: turn and chance, by tier
    rounds    how often the time of a queue came, by tier
    barred    which offers were kept out for the person, and why: his buyer had him, or must not have him
    """

    id: bytes
    at_ms: int
    source: int
    campaign: int
    facts: Mapping[str, Scalar]
    events: Sequence[ev.Event]
    end: State
    checked: str | None
    held: str
    reviewed: str
    lines: Mapping[int, ev.BidLine]
    offered: Mapping[int, int]
    sales: Mapping[int, Sale]
    live: Mapping[int, tuple[int, float]]
    rounds: Mapping[int, int]
    barred: Mapping[int, str] = {}


def past_of(
    identifier: bytes, at_ms: int, source: int, campaign: int, facts: Mapping[str, Scalar], events: list[ev.Event]
) -> Past:
    """A lead of what is written of it. `facts` are those that it came with."""
    lines: dict[int, ev.BidLine] = {}
    offered: dict[int, int] = {}
    live: dict[int, tuple[int, float]] = {}
    rounds: dict[int, int] = {}
    checked, held, reviewed = None, "", ""
    enriched = False
    for event in events:
        if isinstance(event, ev.Pinged):
            lines.update([(line.offer, line) for line in event.bids if was_asked(line)])
            live[event.tier] = event.turn, event.draw
        elif isinstance(event, ev.Posting):
            offered[event.offer] = event.price_micros
        elif isinstance(event, ev.Inspected):
            by_checks = any(flaw.code == event.refused for flaw in event.flaws)
            checked, held = event.refused if by_checks else None, event.held
        elif isinstance(event, ev.Reviewed):
            reviewed = event.outcome
        elif isinstance(event, ev.Due):
            rounds[event.tier] = rounds.get(event.tier, 0) + 1
        enriched = enriched or isinstance(event, ev.Enriched)
    end = fold_all(events)
    return Past(
        id=identifier,
        at_ms=at_ms,
        source=source,
        campaign=campaign,
        facts=facts_after(facts, events) if enriched else facts,
        events=events,
        end=end,
        checked=checked,
        held=held,
        reviewed=reviewed,
        lines=lines,
        offered=offered,
        sales={sale.offer: sale for sale in end.sales},
        live=live,
        rounds=rounds,
        barred=dict(pair for event in events for pair in _barred(event)),
    )


def _barred(event: ev.Event) -> Iterator[tuple[int, str]]:
    """The offers that an event says were kept out for the person."""
    if isinstance(event, ev.Matched | ev.Rechecked):
        told: Sequence[ev.Skip | ev.NoRoom] = event.skips if isinstance(event, ev.Matched) else event.gone
    else:
        told = (event,) if isinstance(event, ev.NoRoom) else ()
    return ((one.offer, one.reason) for one in told if one.reason in ev.OF_PERSON)


def was_asked(line: ev.BidLine) -> bool:
    """Did the offer answer, or fail to? Neither a fixed price nor a round that was over before tells."""
    return line.outcome != "direct" and line.reason not in (NOT_AWAITED, PAST_PATIENCE)
