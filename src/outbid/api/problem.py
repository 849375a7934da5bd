"""Clear noes: RFC 9457 problem details with our reason codes and JSON pointers."""

import msgspec

from outbid.core import reasons
from outbid.core.answer import Error

MEDIA_TYPE = b"application/problem+json"


class Problem(msgspec.Struct, omit_defaults=True):
    """What is wrong (RFC 9457), with `code` from the list of reasons, and every single error."""

    title: str
    status: int
    code: str
    detail: str = ""
    fix: str = ""
    type: str = "about:blank"
    lead: str | None = None
    outcome: str | None = None
    errors: tuple[Error, ...] = ()


def problem(
    status: int,
    code: str,
    detail: str = "",
    *,
    lead: str | None = None,
    outcome: str | None = None,
    errors: tuple[Error, ...] = (),
    known: dict[str, reasons.Reason] = reasons.ALL,
) -> Problem:
    """A problem from a reason code: its sentence is the title, its fix says what would be right."""
    reason = known.get(code) or reasons.Reason(code, code.replace("_", " "))
    kind = f"/v1/reasons#{code}"
    return Problem(reason.sentence, status, code, detail, reason.fix, kind, lead, outcome, errors)
