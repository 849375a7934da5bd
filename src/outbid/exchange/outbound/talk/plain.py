"""Heads of replies known by heart: the strict reader judges a plain head once, then the same bytes mean the same.

A buyer's replies begin with the same bytes most of the time, and parsing them costs more than all the rest of a
reply. Only whole replies are read by heart; of anything else, the strict reader is the only judge.
"""

from outbid.exchange.outbound.limits import Limits
from outbid.exchange.outbound.talk.reply import PlainHead, ReplyReader
from outbid.recent import Recent

_END = b"\r\n\r\n"
_REMEMBERED = 512
_LONGEST_BYTES = 1024


class PlainHeads:
    """The plain heads seen lately, whoever sent them: what a head means follows from its bytes and the limits."""

    __slots__ = ("_known", "_limits", "_longest_bytes")

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._known: Recent[bytes, PlainHead] = Recent(_REMEMBERED)
        # A head within the limit of heads, with a body within the limit of bodies, is within every other limit.
        self._longest_bytes = min(_LONGEST_BYTES, limits.head_bytes)

    def __len__(self) -> int:
        return len(self._known)

    def of_whole(self, data: bytes) -> PlainHead | None:
        """The head of a reply, if it is known and `data` is the reply: not a byte less or more."""
        # Where no end is found, the key is three bytes, and no head is so short.
        head = self._known.get(data[: data.find(_END, 0, self._longest_bytes) + len(_END)])
        return head if head is not None and head.reply_bytes == len(data) else None

    def read(self, data: bytes) -> ReplyReader:
        """Read the first bytes of a reply strictly, and remember its head if it is plain."""
        reader = ReplyReader(self._limits)
        head, end, rest = data.partition(_END)
        head += end
        # The head alone first: only so is it the reader who says where the head ends.
        reader.feed(head)
        plain = reader.plain_head(len(head)) if len(head) <= self._longest_bytes else None
        if plain is not None:
            self._known.put(head, plain)
        if rest and reader.fault is None:
            reader.feed(rest)
        return reader
