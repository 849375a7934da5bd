"""A lead: who sent it, what is plainly known of it, and what is known of the person."""

from typing import Any

import msgspec

from outbid.core.ids import LeadId
from outbid.core.lead.value import Scalar, Value


class Lead(msgspec.Struct, frozen=True):
    """One lead, as it came in. It is written once and never changes.

    values   every declared field of the campaign, read by its field type (ABSENT if it did not come)
    facts    plain values and parts: all that decisions may read
    unknown  what arrived under names that the campaign does not declare; kept and shown, never judged
    quote    the id of the quote that it was posted under
    """

    cell: int
    id: LeadId
    source: int
    campaign: int
    version: int
    arrived_at_ms: int
    values: dict[str, Value]
    facts: dict[str, Scalar]
    unknown: dict[str, Any] = {}
    test: bool = False
    quote: bytes | None = None

    @property
    def known_as(self) -> bytes:
        """From what buyers' references follow: a lead has the same one in its ping and in its post."""
        return self.quote or self.id


class Sealed(msgspec.Struct, frozen=True):
    """What of a lead is sealed with its own key: the raw and personal values, and the undeclared fields.

    `values` holds every declared field as it came, JSON lists and objects too; values and parts are read from it again.
    """

    values: dict[str, Any]
    unknown: dict[str, Any] = {}
