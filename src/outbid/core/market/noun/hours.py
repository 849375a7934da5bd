"""When something holds, as people write it: hours of the week in the owner's time zone."""

import msgspec

from outbid.core.schedule.week import Hours, hours_of


class Slot(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Hours of some days of the week, on the owner's clock.

    days  such as `sat`, or a range such as `mon-fri`; absent: every day
    from  when they begin, such as 08:30
    to    when they end; 24:00 is the end of the day, and what is not after `from` is on the next day
    """

    days: tuple[str, ...] = ()
    start: str = msgspec.field(name="from", default="00:00")
    end: str = msgspec.field(name="to", default="24:00")

    def __post_init__(self) -> None:
        """Days and times can be read."""
        self.hours()

    def hours(self) -> Hours:
        """The same, made ready."""
        return hours_of(self.days, self.start, self.end)
