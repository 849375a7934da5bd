"""One function from an answer to what it says; no answer in the world makes it fail."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from outbid.core.contract import MOST_BIDS, ListedBid, PingReply, PostReply
from outbid.core.dialect.reply.path import Path
from outbid.core.dialect.reply.sight import KEPT, Sight
from outbid.core.dialect.reply.values import instant, price_from, seconds, text_from, web_address, whole
from outbid.core.dialect.wire import Response

_SHOWN = 200
"""Bytes of an answer that are kept where it was not understood."""


@lru_cache(KEPT)
def bid_reader(sight: Sight) -> Callable[[Response], PingReply]:
    """One function from a ping's answer to what it says."""
    decode, says_yes, price = sight.decode, sight.says_yes, sight.price
    currency, token, reason, stands = sight.currency, sight.token, sight.reason, sight.stands
    brand, consent, bids, failed, is_other = sight.brand, sight.consent, sight.bids, sight.says_error, sight.is_other

    def read(answer: Response) -> PingReply:
        status, document = answer.status, decode(answer)
        if status >= 500 or (failed is not None and failed(document)):
            return PingReply("error", reason="server_error")
        yes = says_yes(status, document)
        if status >= 400 and yes is None:
            return PingReply("error", reason="http_error", said=_shown(answer.body))
        if bids is not None and yes and (listed := bids(document)) is not None:
            return _several(sight, listed, answer.body)
        bid = price_from(price(document)) if yes else None if yes is None and is_other(document) else 0
        if document is None or bid is None:
            return PingReply("nonsense", reason="nonsense", said=_shown(answer.body))
        if bid == 0:
            return PingReply("pass", reason="no_bid", said=text_from(reason(document)))
        return PingReply(
            "bid",
            bid,
            (text_from(currency(document)) or None) if currency else None,
            whole(token(document)) if token else None,
            stands_s=seconds(stands(document)) if stands else 0,
            brand=(text_from(brand(document)) or None) if brand else None,
            consent=whole(consent(document)) if consent else None,
            ends_ms=instant(stands(document)) if stands else 0,
        )

    return read


def _several(sight: Sight, listed: list[Any], body: bytes) -> PingReply:
    """What a list of bids says. One of zero is none; of one without a price that can be read it is told."""
    priced = [(place, price_from(sight.price(each)), each) for place, each in enumerate(listed[:MOST_BIDS], 1)]
    bids = tuple(_listed(sight, place, price or 0, each) for place, price, each in priced if price != 0)
    if any(bid.price_micros for bid in bids):
        return PingReply("bid", bids=bids, unread=len(listed[MOST_BIDS:]))
    return PingReply("nonsense", reason="nonsense", said=_shown(body)) if bids else PingReply("pass", reason="no_bid")


def _listed(sight: Sight, place: int, price_micros: int, element: Any) -> ListedBid:
    def at(path: Path | None) -> Any:
        return path(element) if path is not None else None

    return ListedBid(
        place,
        price_micros,
        text_from(at(sight.currency)) or None,
        whole(at(sight.token)),
        seconds(at(sight.stands)),
        text_from(at(sight.brand)) or None,
        whole(at(sight.consent)),
        instant(at(sight.stands)),
    )


@lru_cache(KEPT)
def post_reader(sight: Sight) -> Callable[[Response], PostReply]:
    """One function from a post's answer to what it says. What says neither yes nor no is uncertain."""
    decode, says_yes, failed, price, duplicate = (
        sight.decode,
        sight.says_yes,
        sight.says_error,
        sight.price,
        sight.duplicate,
    )
    reference, redirect, reason = sight.reference, sight.redirect, sight.reason

    def read(answer: Response) -> PostReply:
        status, document = answer.status, decode(answer)
        if status >= 500:
            return PostReply("uncertain", reason="server_error", said=_shown(answer.body))
        if failed is not None and failed(document):
            return PostReply("error", reason="server_error", said=_shown(answer.body))
        yes = says_yes(status, document)
        if yes is None and status >= 400:
            return PostReply("error", reason="http_error", said=_shown(answer.body))
        if yes is None and (document is None or status < 300):
            return PostReply("uncertain", reason="nonsense", said=_shown(answer.body))
        if not yes:
            said = _shown(answer.body) if document is None else text_from(reason(document))
            why = "buyer_duplicate" if duplicate(document, said) else "rejected"
            return PostReply("reject", reason=why, said=said)
        return PostReply(
            "accept",
            price_from(price(document)),
            reference=whole(reference(document)) if reference else None,
            redirect=web_address(whole(redirect(document))) if redirect else None,
        )

    return read


def _shown(body: bytes) -> str:
    return body[:_SHOWN].decode("utf-8", "replace")
