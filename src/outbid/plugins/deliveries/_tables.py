"""What is said in a ping and in a post: the tables of the settings, and what they leave to us."""

import msgspec

from outbid.core.contract import Binding
from outbid.core.dialect.mapping import Entry, Grammar, Table, compile_mapping

Keys = dict[str, str | Entry]


class Said(msgspec.Struct, frozen=True):
    """The tables as they stand in the settings, and whether fields that they leave out are told too."""

    ping: Keys | None
    post: Keys | None
    others: bool


def tables_of(said: Said, binding: Binding, of_post: Binding, grammar: Grammar) -> tuple[Table, Table]:
    """The tables of pings and posts; where the settings are silent, what everybody understands. Raises ValueError."""
    pinged: Keys = {name.replace(".", "_"): name for name in binding.ping_fields}
    posted: Keys = {name: name for name, is_field in binding.known.items() if is_field}
    ping, post = said.ping, said.post
    if ping is not None and said.others:
        ping = ping | _unread(pinged, ping, binding, grammar)
    if post is not None and said.others:
        post = post | _unread(posted, post, of_post, grammar)
    usual: Keys = {"ref": "@ref", "token": "@token", "price": "@price"}
    return pinged if ping is None else ping, usual | posted if post is None else post


def _unread(usual: Keys, said: Keys, binding: Binding, grammar: Grammar) -> Keys:
    """The lines of fields of which no term tells anything, under keys that are still free."""
    mapped = compile_mapping(said, binding, grammar)
    told = (*mapped.reads, *(name for some in mapped.sometimes for name in some.names))
    fields = {name.partition(".")[0] for name in told}
    return {k: term for k, term in usual.items() if k not in said and str(term).partition(".")[0] not in fields}
