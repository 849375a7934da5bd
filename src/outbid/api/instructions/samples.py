"""What a source answers at each outcome, for made-up values: written by the very code that answers sellers."""

from collections.abc import Iterator, Mapping

from outbid.api.problem import problem
from outbid.api.spoken.telling import told_of
from outbid.api.wire import Reply, reply_json, reply_problem
from outbid.core.answer import STATUS, Answer, BidAnswer, Error, QuoteAnswer
from outbid.core.ids import LEAD, QUOTE, public
from outbid.core.instructions.told import AnswerLine
from outbid.core.market.snapshot import Source
from outbid.core.reasons import Reason

MADE_UP_ID = bytes.fromhex("019a0000000070008000000000000001")
UNTIL = "2030-01-31T12:05:00.000Z"


def answers_of(
    source: Source, reasons: Mapping[str, Reason], field: str, *, asks: bool, own: bool, all_bids: bool
) -> Iterator[AnswerLine]:
    """Every answer. `field`: one that a refusal may be about; `own`: in the words of the source's own address."""
    for outcome, about, reply in _replies(source, reasons, field, asks=asks, all_bids=all_bids):
        told = told_of(reply, reasons) if own and source.spoken is not None else None
        said = None if told is None or source.spoken is None else source.spoken.answer(told)
        if said is None:
            yield AnswerLine(outcome, about, reply.status, reply.media_type.decode(), reply.body.decode())
        else:
            body = said.body.decode("utf-8", "replace")
            yield AnswerLine(outcome, about, said.status, said.content_type, body)


def _replies(
    source: Source, reasons: Mapping[str, Reason], field: str, *, asks: bool, all_bids: bool
) -> Iterator[tuple[str, str, Reply]]:
    currency, lead = source.campaign.currency, public(LEAD, 0, MADE_UP_ID)
    sold = Answer("sold", lead, "12.50", currency, "https://person.example.com/thanks")
    yield "sold", "Sold", reply_json(STATUS["sold"], sold)
    yield "unsold", "Nobody bought it", reply_json(STATUS["unsold"], Answer("unsold", lead, reason="no_bids"))
    url = f"/v1/leads/{lead}"
    pending = Answer("pending", lead, reason="in_progress", url=url)
    yield "pending", "How it ends is not known yet", reply_json(STATUS["pending"], pending)
    known = dict(reasons)
    for outcome, about, code in (
        ("refused", "Refused: mend it and send it again", "required.missing"),
        ("duplicate", "Refused: the person was sold before", "duplicate"),
    ):
        errors = (_error(field, code, reasons),) if outcome == "refused" else ()
        no = problem(422, code.rpartition(".")[2], lead=lead, outcome="refused", errors=errors, known=known)
        yield outcome, about, reply_problem(no)
    if asks:
        yield from _quotes(currency, all_bids=all_bids)
    yield "denied", "No key, or a wrong one", reply_problem(problem(401, "key_unknown", known=known))
    yield "busy", "Send it again", reply_problem(problem(503, "overloaded", known=known), ((b"retry-after", b"1"),))


def _quotes(currency: str, *, all_bids: bool) -> Iterator[tuple[str, str, Reply]]:
    ping = public(QUOTE, 0, MADE_UP_ID)
    bids = (BidAnswer(f"{ping}.1", "12.50", UNTIL), BidAnswer(f"{ping}.2", "9.00", UNTIL)) if all_bids else ()
    quoted = QuoteAnswer("quoted", ping, "12.50", currency, UNTIL, bids=bids)
    yield "quoted", "A ping that is quoted", reply_json(200, quoted)
    yield "no_quote", "A ping on which nobody bid", reply_json(200, QuoteAnswer("unsold", ping, reason="no_bids"))


def _error(field: str, code: str, reasons: Mapping[str, Reason]) -> Error:
    reason = reasons.get(code) or Reason(code, code)
    return Error(f"/{field}" if field else "", code.rpartition(".")[2], reason.sentence, reason.fix)
