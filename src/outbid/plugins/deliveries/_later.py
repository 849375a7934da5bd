"""Deliveries that come some time after the sale: after minutes, and in hours of the week."""

from typing import Annotated

import msgspec
from msgspec import Meta

from outbid.core.contract import Later
from outbid.core.dialect.reply import said_as
from outbid.core.market.problem import SettingFault
from outbid.core.schedule.week import Calendar, Hours, hours_of

MINUTE_MS = 60_000


class Slot(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Hours of some days of the week."""

    days: Annotated[tuple[str, ...], said_as("such as `sat`, or a range such as `mon-fri`; absent: every day")] = ()
    start: Annotated[str, Meta(description="when they begin, such as 08:30")] = msgspec.field(
        name="from", default="00:00"
    )
    end: Annotated[str, Meta(description="when they end; 24:00 is the end of the day")] = msgspec.field(
        name="to", default="24:00"
    )

    def __post_init__(self) -> None:
        """Days and times can be read."""
        self.hours()

    def hours(self) -> Hours:
        """The same, made ready."""
        return hours_of(self.days, self.start, self.end)


class Delay(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a lead that is sold goes out: the sale is made and paid at once."""

    minutes: Annotated[int, Meta(ge=0, le=10_080, description="so long after the sale")] = 0
    hours: Annotated[
        tuple[Slot, ...], said_as("and then in these hours alone, such as `{days: [mon-fri], from: 08:00, to: 18:00}`")
    ] = ()
    zone: Annotated[str, said_as("the time zone of the hours")] = "UTC"


def later_of(delay: Delay | None) -> Later | None:
    """A delay, made ready. Raises SettingFault."""
    if delay is None:
        return None
    if not delay.minutes and not delay.hours:
        raise SettingFault("delay", "say how many minutes, or which hours; leave it out to deliver at once")
    if not delay.hours:
        return Later("sent", lambda at_ms: at_ms + delay.minutes * MINUTE_MS)
    try:
        calendar = Calendar(delay.zone, tuple(slot.hours() for slot in delay.hours))
    except (ValueError, KeyError):
        raise SettingFault("delay", f"there is no time zone {delay.zone!r}", "zone") from None

    def due_ms(at_ms: int) -> int:
        soonest = at_ms + delay.minutes * MINUTE_MS
        opens = calendar.opens_ms(soonest)
        return soonest if opens is None else opens

    return Later("sent", due_ms)
