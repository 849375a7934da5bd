"""Receipts as the API tells them: why each offer of a campaign bought a lead, or did not."""

import msgspec

from outbid.api.operator.leads.naming import Naming
from outbid.core.money import text_of
from outbid.core.replay import receipts as core
from outbid.core.replay.receipts import Outcome


class Receipt(msgspec.Struct, frozen=True):
    """What became of one offer.

    outcome  how far it came: not asked, skipped for want of room, how it answered the ping, how it took the post
    reason   why it came no further, as a code; empty for a sold sale and for one that has no answer yet
    detail   the part that failed and the value seen, in words: no personal ones
    price    the last price that was named, if any
    live     something of the moment was told of it (room, a bid, a post); else version and facts decide, or how far
             the lead came
    """

    offer: str
    buyer: str
    tier: str
    outcome: Outcome
    reason: str
    detail: str
    price: str | None
    live: bool


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
    )


def _detail(receipt: core.Receipt, naming: Naming) -> str:
    if receipt.account:
        return naming.account(receipt.account)
    if receipt.floor_micros is not None and receipt.price_micros is not None:
        return f"the floor is {naming.money(receipt.floor_micros)}, seen {naming.money(receipt.price_micros)}"
    return receipt.detail
