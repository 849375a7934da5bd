"""What an answer tells, as the terms of a seller's own answers: nothing that our answer does not hold."""

from collections.abc import Iterator, Mapping

import msgspec

from outbid.api.problem import Problem
from outbid.api.wire import Reply
from outbid.core.answer import Answer, Error, QuoteAnswer
from outbid.core.heard import Told, ToldAs
from outbid.core.lead.value import Scalar
from outbid.core.reasons import DUPLICATE, Reason

DENIED = (401, 403)
UNSOLD: dict[str, ToldAs] = {"quoted": "quoted", "unsold": "no_quote", "refused": "refused"}
Terms = dict[str, Scalar]


def told_of(reply: Reply, reasons: Mapping[str, Reason], *, asked: bool = False) -> Told | None:
    """What a reply tells, `asked` to a ping; None if it is none of our answers."""
    said = reply.said
    if isinstance(said, Answer):
        return _told(said.outcome, reply.status, _plain(said) | _reason(said.reason, reasons), asked)
    if isinstance(said, QuoteAnswer):
        terms = _plain(said) | _reason(said.reason, reasons) | dict(_bids(said))
        return _told(UNSOLD[said.outcome], reply.status, terms | {"quote": terms.pop("ping")}, asked)
    if isinstance(said, Problem):
        return _told(_kind(said), reply.status, _of_problem(said), asked)
    return None


def _told(outcome: ToldAs, status: int, terms: Terms, asked: bool) -> Told:
    return Told(outcome, status, terms | {"outcome": outcome, "status": status}, asked)


def _plain(said: msgspec.Struct) -> Terms:
    """The members that are single values."""
    found = {name: getattr(said, name) for name in said.__struct_fields__}
    return {name: value for name, value in found.items() if isinstance(value, str | bool | int)}


def _reason(code: str | None, reasons: Mapping[str, Reason]) -> Terms:
    if code is None:
        return {}
    known = reasons.get(code)
    return {"reason": code} if known is None else {"reason": code, "sentence": known.sentence, "fix": known.fix}


def _kind(problem: Problem) -> ToldAs:
    if problem.status in DENIED:
        return "denied"
    if problem.status >= 500:
        return "busy"
    if problem.status != 422:
        return "broken"
    return "duplicate" if problem.code in DUPLICATE else "refused"


def _of_problem(problem: Problem) -> Terms:
    terms: Terms = {"reason": problem.code, "sentence": problem.title, "detail": problem.detail, "fix": problem.fix}
    if problem.lead is not None:
        terms["lead"] = problem.lead
    return {name: value for name, value in terms.items() if value} | dict(_errors(problem.errors))


def _errors(errors: tuple[Error, ...]) -> Iterator[tuple[str, Scalar]]:
    for n, error in enumerate(errors, 1):
        yield f"error_{n}_field", error.pointer.removeprefix("/")
        yield f"error_{n}_code", error.code
        yield f"error_{n}_sentence", error.detail
        if error.fix:
            yield f"error_{n}_fix", error.fix


def _bids(said: QuoteAnswer) -> Iterator[tuple[str, Scalar]]:
    for n, bid in enumerate(said.bids, 1):
        for name, value in _plain(bid).items():
            yield f"bid_{n}_{name}", value
