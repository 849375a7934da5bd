"""What platforms that push leads have in common: they hear little, and try again unless they hear that all is well."""

from outbid.core.contract import Arrival, Malformed
from outbid.plugins.intakes._answers import Answers, Template

_WELL = Template(status=200, body={"outcome": "outcome", "lead": "lead", "reason": "reason"})
PUSHED = Answers(
    sold=_WELL,
    unsold=_WELL,
    refused=_WELL,
    pending=_WELL,
    otherwise=Template(body={"outcome": "outcome", "reason": "reason", "detail": "detail"}),
)
"""A refused lead is answered 200 too: sent again it would be refused again."""


def not_here() -> Arrival | Malformed:
    """What comes at `/v1/leads` for a source that can only be spoken to at its own address."""
    return Malformed(400, "own_address_only", "signatures and forms of platforms are read at /v1/in/SOURCE")
