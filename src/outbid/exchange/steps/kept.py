"""Bids that still stand: who is asked the same about the same lead again is not pinged, his bid is taken as it was.

A process remembers its own. A bid whose token was posted is not taken again.
"""

from collections.abc import Callable, Mapping
from hashlib import blake2b
from math import ceil

import msgspec

from outbid.core.contract import PingReply
from outbid.core.dialect.wire import Http
from outbid.core.lead.value import Value
from outbid.core.price.standing import after, longest, tokens_of
from outbid.recent import RecentUntil

MOST_BIDS = 10_000
"""Bids that are remembered at the least, if their time is not over."""
USED_S = 86_400.0
"""For how long the token of a post is remembered: no bid stands longer."""
_encode = msgspec.json.Encoder().encode


class KeptBids:
    """The bids that stand, by what was asked. `now`: seconds that never step back."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._bids: RecentUntil[bytes, tuple[float, PingReply]] = RecentUntil(MOST_BIDS)
        self._used: RecentUntil[tuple[int, str], bool] = RecentUntil(MOST_BIDS)

    def keep(self, key: bytes, reply: PingReply, since: float) -> None:
        """Remember a reply for as long as a bid of it stands, from the instant on at which it was asked for."""
        if seconds := longest(reply):
            self._bids.put(key, (since, reply), since + seconds)

    def find(self, key: bytes, offer: int) -> PingReply | None:
        """What still stands of a reply to the same question, with what is left of its time."""
        now = self._now()
        kept = self._bids.get(key, now)
        if kept is None or any(self._used.get((offer, token), now) for token in tokens_of(kept[1])):
            return None
        return after(kept[1], ceil(now - kept[0]))

    def use(self, offer: int, token: str) -> None:
        """A bid is posted: it is not taken again."""
        self._used.put((offer, token), True, self._now() + USED_S)


def lead_key(source: int, values: Mapping[str, Value]) -> bytes:
    """What tells one lead of a source from another: all that it says in declared fields."""
    return _encode((source, {name: value.raw for name, value in values.items() if value.raw is not None}))


def key_of(lead: bytes, offer: int, http: Http) -> bytes:
    """What tells one question from another: the lead, who is asked, and the request as it would be sent."""
    asked = (offer, http.target.host, http.target.port, http.target.path, http.method, http.headers)
    return blake2b(lead + b"\0" + _encode(asked) + b"\0" + http.body, digest_size=16).digest()
