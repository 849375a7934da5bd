"""Do status, sales and transfers of a lead say what its chapters say? Every difference, in words."""

from collections import Counter

import msgspec

from outbid.core.lead import event as ev
from outbid.core.lead.state import Sale, State, fold
from outbid.core.ledger.transfer import of_sale


class SaleRow(msgspec.Struct, frozen=True):
    """A sale as its row stands. `moved`: (kind, the account that was debited, micros) of what it moved."""

    id: str
    offer: int
    buyer: int
    status: str
    price_micros: int
    payout_micros: int
    moved: tuple[tuple[str, str, int], ...] = ()


class Rows(msgspec.Struct, frozen=True):
    """What is written of a lead beside its chapters. `status`: with reason and the number of its chapter."""

    is_there: bool
    status: tuple[str, str, int] | None
    sales: tuple[SaleRow, ...]


def differences(chapters: list[tuple[int, list[ev.Event]]], rows: Rows) -> list[str]:
    """Everything that does not follow from the chapters (number, events), which come in order."""
    numbers = [n for n, _ in chapters]
    if numbers != list(range(1, len(chapters) + 1)):
        return [f"its chapters are {', '.join(map(str, numbers))}: one is missing"]
    if not rows.is_there:
        return ["there are chapters of it and no lead"]
    states = [State()]
    for _, events in chapters:
        state = states[-1]
        for event in events:
            state = fold(state, event)
        states.append(state)
    test = any(isinstance(event, ev.Received) and event.test for event in chapters[0][1])
    return [*_status(states, rows.status), *([] if test else _sales(states[-1], rows.sales))]


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


def _sales(state: State, rows: tuple[SaleRow, ...]) -> list[str]:
    found: list[str] = []
    told = {sale.id: sale for sale in state.sales}
    for row in rows:
        sale = told.pop(row.id, None)
        if sale is None:
            found.append(f"no chapter tells of its sale {row.id}")
        else:
            found += _sale(sale, row)
    return found + [f"its sale {name} stands in the chapters, and has no row" for name in told]


def _sale(sale: Sale, row: SaleRow) -> list[str]:
    status = "sold" if row.status == "returned" else row.status
    kept = (row.offer, status, row.price_micros, row.payout_micros)
    due = (sale.offer, sale.status, sale.price_micros, sale.payout_micros)
    if kept != due:
        return [f"its sale {row.id} is {kept}, and its chapters say {due} (offer, status, price, payout in micros)"]
    moves = of_sale(b"", row.buyer, 0, "", row.price_micros, row.payout_micros) if status == "sold" else ()
    owed = Counter((move.kind, move.debit, move.amount_micros) for move in moves)
    if owed != Counter(row.moved):
        return [f"its sale {row.id} moved {_sums(Counter(row.moved))}, and its chapters say {_sums(owed)}"]
    return []


def _sums(moves: Counter[tuple[str, str, int]]) -> str:
    return ", ".join(f"{kind} {micros} from {debit}" for kind, debit, micros in sorted(moves.elements())) or "nothing"
