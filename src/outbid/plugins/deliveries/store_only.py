"""Nothing is sent: the sale is made by the house's word, and the buyer fetches his leads by `GET /v1/buyer/leads`."""

from collections.abc import Generator
from typing import Any

import msgspec

from outbid.core.contract import Ask, Binding, Later, PingReply, PostReply, Reads
from outbid.core.dialect.wire import Answer, Http
from outbid.plugins.deliveries._columns import Columns, Compiled, compile_columns

LATER = Later("kept")


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a buyer finds in his list."""

    fields: Columns = None


def bind(settings: Settings, binding: Binding) -> Compiled:
    """Compile the settings. Raises ValueError."""
    return compile_columns("fields", settings.fields, binding)


def pings(bound: Compiled) -> bool:
    """Nobody could be asked for a bid."""
    return False


def repeatable(bound: Compiled) -> bool:
    """Nothing is sent, so nothing is sent twice."""
    return True


def reads(bound: Compiled) -> Reads:
    """What the buyer may read of the lead from the sale on."""
    return Reads(post=bound.reads, post_when=bound.sometimes)


def ping(ask: Ask, bound: Compiled) -> Generator[Http, Answer, PingReply]:
    """Nobody is asked."""
    yield from ()
    return PingReply("pass", reason="no_bid")


def post(ask: Ask, bound: Compiled) -> Generator[Http, Answer, PostReply]:
    """The sale is made."""
    yield from ()
    return PostReply("accept")


def later(bound: Compiled) -> Later:
    """The buyer fetches it."""
    return LATER


def row(ask: Ask, bound: Compiled) -> dict[str, Any]:
    """What he fetches."""
    return bound.row(ask)
