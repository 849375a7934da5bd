"""What an operator sets about prices: rules by facts, source, hour and price, and how a tier prices its winners.

Rules stand in lists. The first that fits counts; of floors the highest of all that fit.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from outbid.core.market.noun.amount import Money, MoneyOrShare, Settings, Share, Slug, check_amount, percent
from outbid.core.market.noun.hours import Slot
from outbid.core.market.problem import SettingFault, checking

RuleName = Annotated[str, Meta(min_length=1, max_length=80, description="what receipts call the rule")]


def check_part(text: str, what: str) -> None:
    """Is it percent text such as 15%, or an amount? Raises ValueError."""
    if text.strip().endswith("%"):
        percent(text)
    else:
        check_amount(text, what)


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """When a rule applies: all conditions that are given must hold.

    name     what receipts call it, once in its list
    when     a condition on the lead's facts, as an offer's filter; absent: every lead
    sources  the sources whose leads it is for; absent: all
    hours    the hours of the week in which it applies, on the owner's clock; absent: always
    """

    name: RuleName
    when: Settings | None = None
    sources: tuple[Slug, ...] | None = None
    hours: tuple[Slot, ...] = ()


class PriceRule(Rule, frozen=True, kw_only=True):
    """What an offer pays for the leads of the rule."""

    price: Money

    def __post_init__(self) -> None:
        """The price is an amount."""
        with checking("price"):
            check_amount(self.price, "a price")


class FloorRule(Rule, frozen=True, kw_only=True):
    """The least price of the leads of the rule."""

    floor: Money

    def __post_init__(self) -> None:
        """The floor is an amount."""
        with checking("floor"):
            check_amount(self.floor, "a floor")


class MarginRule(Rule, frozen=True, kw_only=True):
    """What the house takes first of the leads of the rule: percent of the price, or an amount.

    from_price  only of sales at this price or more
    """

    margin: MoneyOrShare
    from_price: Money = "0"

    def __post_init__(self) -> None:
        """Both are numbers."""
        with checking("margin"):
            check_part(self.margin, "a margin")
        with checking("from_price"):
            check_amount(self.from_price, "from_price")


class PayoutRule(Rule, frozen=True, kw_only=True):
    """What the seller gets of the leads of the rule: a share of what the margin leaves, or a fixed amount.

    from_price  only of sales at this price (the buyer's) or more
    """

    share: Share | None = None
    fixed: Money | None = None
    from_price: Money = "0"

    def __post_init__(self) -> None:
        """Exactly one of share and fixed."""
        check_payout(self.share, self.fixed)
        with checking("from_price"):
            check_amount(self.from_price, "from_price")


class Payout(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the seller gets of each sale: a share of what the margin leaves, or a fixed amount; `rules` go before it."""

    share: Share | None = None
    fixed: Money | None = None
    rules: tuple[PayoutRule, ...] = ()

    def __post_init__(self) -> None:
        """Exactly one of share and fixed."""
        check_payout(self.share, self.fixed)


def check_payout(share: str | None, fixed: str | None) -> None:
    """Exactly one of the two, and a number? Raises ValueError."""
    if (share is None) == (fixed is None):
        raise ValueError("a payout names either share or fixed")
    with checking("fixed"):
        check_amount(fixed, "a payout")
    if share is not None:
        with checking("share"):
            percent(share)


class Pricing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a winner pays.

    rule  first: his bid; second: the least at which he would still have won; floor_step: the floor and `step`
    step  with second: what he pays above that, up to his bid
    """

    rule: Literal["first", "second", "floor_step"] = "first"
    step: Money = "0"

    def __post_init__(self) -> None:
        """A step belongs to the rules that have one."""
        with checking("step"):
            check_amount(self.step, "a step")
        if self.rule == "first" and self.step != "0":
            raise SettingFault("step", "a step belongs to second or floor_step: under first a winner pays his bid")
