"""Do status, sales and transfers of a lead say what its chapters say? Every difference, in words."""

from collections import Counter

import msgspec

from outbid.core.lead import event as ev
from outbid.core.lead.state import Sale, State, fold
from outbid.core.ledger.transfer import of_sale


class SaleRow(msgspec.Struct, frozen=True):
    """A sale as its row stands. `moved`: (kind, the accounts debited and credited, micros) of what it moved."""

    id: str
    offer: int
    buyer: int
    status: str
    price_micros: int
    payout_micros: int
    source: int = 0
    moved: tuple[tuple[str, str, str, int], ...] = ()


class LeadRow(msgspec.Struct, frozen=True):
    """A lead as its row stands. `seller`: whose source it came by, at the version that it pinned; 0: unknown."""

    source: int
    version: int
    test: bool
    seller: int


class Rows(msgspec.Struct, frozen=True):
    """What is written of a lead beside its chapters. `status`: with reason and the number of its chapter."""

    lead: LeadRow | None
    status: tuple[str, str, int] | None
    sales: tuple[SaleRow, ...]


def differences(chapters: list[tuple[int, list[ev.Event]]], rows: Rows) -> list[str]:
    """Everything that does not follow from the chapters (number, events), which come in order."""
    numbers = [n for n, _ in chapters]
    if numbers != list(range(1, len(chapters) + 1)):
        return [f"its chapters are {', '.join(map(str, numbers))}: one is missing"]
    lead = rows.lead
    if lead is None:
        return ["there are chapters of it and no lead"]
    states = [State()]
    for _, events in chapters:
        state = states[-1]
        for event in events:
            state = fold(state, event)
        states.append(state)
    came = next((event for event in chapters[0][1] if isinstance(event, ev.Received)), None)
    found = _status(states, rows.status) if came is None else [*_origin(came, lead), *_status(states, rows.status)]
    return found if came is not None and came.test else [*found, *_sales(states[-1], lead, rows.sales)]


def _origin(came: ev.Received, lead: LeadRow) -> list[str]:
    """Where it came from, and by which version of the market it was sold."""
    told, kept = (came.source, came.version, came.test), (lead.source, lead.version, lead.test)
    return [] if told == kept else [f"its row says {kept}, and its chapters {told} (source, version, test)"]


def _status(states: list[State], row: tuple[str, str, int] | None) -> list[str]:
    """The row is written with a chapter and says what the lead had come to by then; who is closed has one."""
    last = len(states) - 1
    if row is None:
        return ["it is closed, and its status is not written"] if states[-1].stage == "closed" else []
    status, reason, n = row
    if not 0 < n <= last:
        return [f"its status was written with chapter {n}, and there are {last}: the last ones are gone"]
    then = states[n]
    if (status, reason) != (then.status, then.reason):
        said, due = _told(status, reason), _told(then.status, then.reason)
        return [f"its status is {said}, and its chapters say {due}"]
    return ["it is closed, and its status is older"] if states[-1].stage == "closed" and n != last else []


def _told(status: str, reason: str) -> str:
    return f"{status} ({reason})" if reason else status


def _sales(state: State, lead: LeadRow, rows: tuple[SaleRow, ...]) -> list[str]:
    found: list[str] = []
    told = {sale.id: sale for sale in state.sales}
    for row in rows:
        sale = told.pop(row.id, None)
        if sale is None:
            found.append(f"no chapter tells of its sale {row.id}")
        else:
            found += _sale(sale, lead, row)
    return found + [f"its sale {name} stands in the chapters, and has no row" for name in told]


def _sale(sale: Sale, lead: LeadRow, row: SaleRow) -> list[str]:
    status = "sold" if row.status == "returned" else row.status
    kept = (row.offer, status, row.price_micros, row.payout_micros)
    due = (sale.offer, sale.status, sale.price_micros, sale.payout_micros)
    if kept != due:
        return [f"its sale {row.id} is {kept}, and its chapters say {due} (offer, status, price, payout in micros)"]
    if row.source != lead.source:
        return [f"its sale {row.id} is of source {row.source}, and the lead of source {lead.source}"]
    moves = of_sale(b"", row.buyer, lead.seller, "", row.price_micros, row.payout_micros) if status == "sold" else ()
    owed = Counter((move.kind, move.debit, move.credit, move.amount_micros) for move in moves)
    if owed != Counter(row.moved):
        return [f"its sale {row.id} moved {_sums(Counter(row.moved))}, and its chapters say {_sums(owed)}"]
    return []


def _sums(moves: Counter[tuple[str, str, str, int]]) -> str:
    told = (f"{kind} {micros} from {debit} to {credit}" for kind, debit, credit, micros in sorted(moves.elements()))
    return ", ".join(told) or "nothing"
