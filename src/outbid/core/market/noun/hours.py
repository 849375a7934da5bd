"""When something holds, as people write it: hours of the week in the owner's time zone."""

from typing import Annotated

import msgspec
from msgspec import Meta

from outbid.core.market.noun.amount import Cap, Day, Money, TimeOfDay, check_amount
from outbid.core.market.problem import SettingFault, checking
from outbid.core.schedule.week import Hours, dates_of, hours_of


class Slot(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Hours of some days of the week, on the owner's clock.

    days  such as `sat`, or a range such as `mon-fri`; absent: every day
    from  when they begin, such as 08:30
    to    when they end; 24:00 is the end of the day, and what is not after `from` is on the next day
    """

    days: tuple[str, ...] = ()
    start: TimeOfDay = msgspec.field(name="from", default="00:00")
    end: TimeOfDay = msgspec.field(name="to", default="24:00")

    def __post_init__(self) -> None:
        """Days and times can be read."""
        self.hours()

    def hours(self) -> Hours:
        """The same, made ready."""
        return hours_of(self.days, self.start, self.end)


class OpenSlot(Slot, frozen=True, kw_only=True):
    """Hours in which an offer buys.

    caps   most leads or money in each of these hours' occurrences; their `window` is `slot`
    alone  what is bought now is not shared: nobody else buys the lead
    """

    caps: tuple[Cap, ...] = ()
    alone: bool = False

    def __post_init__(self) -> None:
        """Days and times can be read, and caps are of this slot."""
        super().__post_init__()
        if any(cap.window != "slot" for cap in self.caps):
            raise SettingFault("caps", "a cap of a slot has the window slot: it is counted in the slot alone")


class Schedule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """When an offer buys, in its zone: in these hours (the first that hold count; absent: always), not on these dates.

    blocked  dates such as 2026-12-25, from midnight to midnight
    """

    slots: tuple[OpenSlot, ...] = ()
    blocked: tuple[Day, ...] = ()

    def __post_init__(self) -> None:
        """The dates can be read, and no hours stand twice."""
        with checking("blocked"):
            dates_of(self.blocked)
        for i, slot in enumerate(self.slots):
            if any(slot.hours() == other.hours() for other in self.slots[:i]):
                raise SettingFault("slots", f"the hours {slot.hours().text} stand twice in the schedule")


class Order(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What an offer buys altogether, between two dates (both included), in its zone.

    leads, money  how many, or for how much; absent: as many as come
    from, to      such as 2026-12-01; absent: at once, and without an end
    """

    leads: Annotated[int, Meta(ge=0, le=1_000_000_000)] | None = None
    money: Money | None = None
    start: Day | None = msgspec.field(name="from", default=None)
    end: Day | None = msgspec.field(name="to", default=None)

    def __post_init__(self) -> None:
        """Amount and dates can be read, and it begins before it ends."""
        if self.leads is not None and self.money is not None:
            raise ValueError("an order names either leads or money")
        with checking("money"):
            check_amount(self.money, "an order")
        for setting, date in (("from", self.start), ("to", self.end)):
            if date is not None:
                with checking(setting):
                    dates_of((date,))
        if self.start is not None and self.end is not None and self.start > self.end:
            raise SettingFault("to", "an order's to lies before its from: nothing would ever be bought")
