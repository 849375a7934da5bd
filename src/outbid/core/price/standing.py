"""For how long the bids of a reply stand, and what is left of them after a while."""

from msgspec.structs import replace

from outbid.core.contract import PingReply

LONGEST_S = 86_400


def counted(reply: PingReply, now_ms: int) -> PingReply:
    """A reply whose ends are seconds from now on, where the buyer named instants: one at least, a day at most."""

    def left(ends_ms: int) -> int:
        return max(1, min((ends_ms - now_ms) // 1000, LONGEST_S))

    bids = tuple(replace(bid, stands_s=left(bid.ends_ms), ends_ms=0) if bid.ends_ms else bid for bid in reply.bids)
    if reply.ends_ms:
        return replace(reply, stands_s=left(reply.ends_ms), ends_ms=0, bids=bids)
    return replace(reply, bids=bids) if bids else reply


def with_end(reply: PingReply, seconds: int) -> PingReply:
    """A reply whose bids end after so many seconds where it does not say itself when they do."""
    if reply.outcome != "bid":
        return reply
    if not reply.bids:
        return reply if reply.stands_s else replace(reply, stands_s=seconds)
    return replace(reply, bids=tuple(bid if bid.stands_s else replace(bid, stands_s=seconds) for bid in reply.bids))


def longest(reply: PingReply) -> int:
    """For how many seconds any bid of a reply stands; 0 if none does longer than its round."""
    return max([bid.stands_s for bid in reply.bids], default=reply.stands_s) if reply.outcome == "bid" else 0


def after(reply: PingReply, seconds: int) -> PingReply | None:
    """What is left of a reply's bids so many seconds later; None if nothing stands any more."""
    if not reply.bids:
        return replace(reply, stands_s=reply.stands_s - seconds) if reply.stands_s > seconds else None
    left = tuple(replace(bid, stands_s=bid.stands_s - seconds) for bid in reply.bids if bid.stands_s > seconds)
    return replace(reply, bids=left) if any(bid.price_micros for bid in left) else None


def tokens_of(reply: PingReply) -> tuple[str, ...]:
    """What the buyer wants back for any of the bids."""
    every = (reply.token, *(bid.token for bid in reply.bids))
    return tuple(token for token in every if token)
