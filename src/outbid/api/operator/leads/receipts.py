"""Receipts as the API tells them: why each offer of a campaign bought a lead, or did not."""

from typing import Literal

import msgspec

from outbid.api.operator.leads.naming import Naming
from outbid.core.money import text_of
from outbid.core.replay import priced as core_priced
from outbid.core.replay import receipts as core
from outbid.core.replay.receipts import Outcome


class Priced(msgspec.Struct, frozen=True):
    """What made the price of a sale.

    pricing   agreed: a direct offer's price; else the rule of the tier
    bid       what the offer bid, or had agreed to
    ranks_as  what of it counted in the ranking: less, with a handicap
    floor     the least price at which it could have bought
    rival     the offer that set the price under `second`; null if none did
    rules     the rules that applied, by their names: of `price`, `floor`, `margin`, `payout`
    """

    pricing: Literal["agreed", "first", "second", "floor_step"]
    bid: str
    ranks_as: str
    floor: str
    rival: str | None
    rules: dict[str, str]


class OtherBid(msgspec.Struct, frozen=True):
    """Another bid of the same reply: which of them, counted from 1, its price, and why it did not win.

    `price` is null where none could be read.
    """

    listed: int
    price: str | None
    reason: str


class Receipt(msgspec.Struct, frozen=True):
    """What became of one offer.

    outcome  how far it came: not asked, skipped for want of room, how it answered the ping, how it took the post
    reason   why it came no further, as a code; empty for a sold sale and for one that has no answer yet
    detail   the part that failed and the value seen, in words: no personal ones
    price    the last price that was named, if any
    priced   what made the price, where it came to a post
    live     something of the moment was told of it (room, a bid, a post); else version and facts decide, or how far
             the lead came
    listed   which of the bids of its reply this is about, counted from 1; null where the reply was one bid
    others   the other bids of that reply
    """

    offer: str
    buyer: str
    tier: str
    outcome: Outcome
    reason: str
    detail: str
    price: str | None
    live: bool
    priced: Priced | None = None
    listed: int | None = None
    others: list[OtherBid] = []


def told(receipt: core.Receipt, naming: Naming) -> Receipt:
    """A receipt in the words of the API."""
    return Receipt(
        naming.offer(receipt.offer),
        naming.buyer_of(receipt.offer),
        naming.tier(receipt.tier),
        receipt.outcome,
        receipt.reason,
        _detail(receipt, naming),
        None if receipt.price_micros is None else text_of(receipt.price_micros),
        receipt.live,
        None if receipt.priced is None else _priced(receipt.priced, naming),
        receipt.place or None,
        [
            OtherBid(bid.place, text_of(bid.price_micros) if bid.price_micros else None, bid.reason)
            for bid in receipt.others
        ],
    )


def _priced(made: core_priced.Priced, naming: Naming) -> Priced:
    return Priced(
        made.pricing,
        text_of(made.bid_micros),
        text_of(made.rank_micros),
        text_of(made.floor_micros),
        naming.offer(made.rival) if made.rival else None,
        made.rules,
    )


def _detail(receipt: core.Receipt, naming: Naming) -> str:
    if receipt.account:
        return naming.limit(receipt.account, receipt.offer)
    if receipt.floor_micros is not None and receipt.price_micros is not None:
        return f"the floor is {naming.money(receipt.floor_micros)}, seen {naming.money(receipt.price_micros)}"
    return receipt.detail
