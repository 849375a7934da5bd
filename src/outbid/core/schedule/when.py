"""When an offer buys: decided by version and instant, so it can be replayed."""

import msgspec

from outbid.core.ledger.window import Span
from outbid.core.schedule.week import Calendar


class When(msgspec.Struct, frozen=True):
    """What an offer set beside its filter.

    calendar  its open hours, None: always
    alone     the slots of these hours in which what it buys is not shared
    term      the time of its order, None: always
    """

    calendar: Calendar | None
    alone: frozenset[int]
    term: Span | None

    def reason_against(self, at_ms: int) -> str | None:
        """Why the offer buys nothing at this instant, as a reason code; None if it does."""
        if self.term is not None and not self.term.starts_at_ms <= at_ms < self.term.ends_at_ms:
            return "order_over" if at_ms >= self.term.ends_at_ms else "order_to_come"
        if self.calendar is not None and self.calendar.at(at_ms).slot < 0:
            return "closed"
        return None

    def is_alone(self, at_ms: int) -> bool:
        """Whether what it buys now is not shared."""
        return self.calendar is not None and self.calendar.at(at_ms).slot in self.alone
