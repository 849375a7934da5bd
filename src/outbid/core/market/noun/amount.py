"""Parts of nouns that are numbers: names, shares, caps, wallets."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from outbid.core.market.problem import SettingFault, checking
from outbid.core.money import micros

Slug = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$", description="lower-case letters, digits, - and _")]

FieldName = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,62}$", description="lower-case letters, digits and _")]

Currency = Annotated[str, Meta(pattern=r"^[A-Z]{3}$", description="ISO 4217 code")]

Money = Annotated[str, Meta(extra_json_schema={"format": "money"})]
"""Decimal text such as 12.50, not negative."""
Share = Annotated[str, Meta(extra_json_schema={"format": "percent"})]
"""Such as 12.5%, with its sign."""
MoneyOrShare = Annotated[str, Meta(extra_json_schema={"format": "money-or-percent"})]
Day = Annotated[str, Meta(extra_json_schema={"format": "date"})]
"""Such as 2026-12-31."""
TimeOfDay = Annotated[str, Meta(extra_json_schema={"format": "clock"})]
"""Such as 08:30; 24:00 is the end of the day."""

Window = Literal["minute", "hour", "day", "week", "month", "total", "slot"]

Settings = dict[str, Any]

Deadline = Annotated[int, Meta(ge=50, le=120_000)]


class Noun(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Something with a slug. `name` is what people read."""

    slug: Slug
    name: Annotated[str, Meta(max_length=200)] = ""


class Plugin(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A plugin by name, with its settings."""

    plugin: str
    settings: Settings = {}


def check_amount(text: str | None, what: str) -> None:
    """Is it an amount that is not negative, or absent? Raises ValueError."""
    if text is not None and micros(text) < 0:
        raise ValueError(f"{what} may not be negative")


def percent(text: str) -> int:
    """Read '12.5%' as millionths of the whole (125,000). Raises ValueError outside 0% to 100%.

    The sign is demanded: without it, 0.8 could mean four fifths or 0.8 %, and a seller's pay hangs on it.
    """
    bare = text.strip()
    if not bare.endswith("%"):
        raise ValueError(f"{text!r} has no percent sign: write 80% for four fifths")
    millionths, rest = divmod(micros(bare.removesuffix("%")), 100)
    if rest or not 0 <= millionths <= 1_000_000:
        raise ValueError(f"{text!r} is not between 0% and 100%, with up to four places")
    return millionths


class Cap(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Most leads, or most money, in a window that begins at midnight (or the full hour …) in the owner's zone.

    `slot`: the window is the hours of an offer's schedule in which the cap stands. `paced`: a buyer's cap, spread over
    its window, by the hours that are open and by when leads usually come. `look_back`: a new cap counts what was sold
    since its window began; without it a new cap begins at zero.
    """

    window: Window
    leads: Annotated[int, Meta(ge=0, le=1_000_000_000)] | None = None
    money: Money | None = None
    paced: bool = False
    look_back: bool = False

    def __post_init__(self) -> None:
        """Exactly one of leads and money; a pace needs a window that is long enough, and ends."""
        if (self.leads is None) == (self.money is None):
            raise ValueError("a cap names either leads or money")
        if self.paced and self.window in ("minute", "total"):
            raise SettingFault("paced", "a cap is paced over an hour, a day, a week, a month or a slot")
        with checking("money"):
            check_amount(self.money, "a cap")


class Wallet(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A buyer's money: what was paid in, and how far below zero he may go. Credit 0 is prepaid."""

    credit: Money = "0"

    def __post_init__(self) -> None:
        """The credit is an amount."""
        with checking("credit"):
            check_amount(self.credit, "credit")
