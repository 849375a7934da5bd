"""What each part of a rule finds in an answer: for people who try a rule, never on a lead's way."""

from typing import Any, Literal

import msgspec

from outbid.core.dialect.reply.place import Seen, compile_place
from outbid.core.dialect.reply.rule import Rule
from outbid.core.dialect.reply.sight import OF_A_BID, seen_of, sight_of
from outbid.core.dialect.wire import Response

MOST_CHARACTERS = 500
_PATH = "_path"


class Looked(msgspec.Struct, frozen=True):
    """One setting of a rule: where it looks, and what stands there, as JSON has it; None: nothing."""

    setting: str
    where: str
    found: Any


class RuleRead(msgspec.Struct, frozen=True):
    """A rule on an answer.

    says  what it says by the rule: yes, no, neither; error: that their side failed
    """

    says: Literal["yes", "no", "neither", "error"]
    looked: tuple[Looked, ...]


def looked(rule: Rule, answer: Response) -> RuleRead:
    """Look at an answer as the rule does. In a list of bids, the paths of a bid are looked for in the first."""
    sight, seen = sight_of(rule), seen_of(answer)
    decoded = sight.decode(answer)
    yes = sight.says_yes(answer.status, decoded)
    says: Literal["yes", "no", "neither", "error"] = "neither" if yes is None else "yes" if yes else "no"
    if sight.says_error is not None and sight.says_error(decoded):
        says = "error"
    return RuleRead(says, tuple(_looked(rule, seen)))


def _looked(rule: Rule, seen: Seen) -> list[Looked]:
    first = _first(rule, seen)
    found = []
    for name in rule.__struct_fields__:
        where = getattr(rule, name)
        if name.endswith(_PATH) and where:
            at = first if name != "bids_path" and first is not None and name.removesuffix(_PATH) in OF_A_BID else seen
            found.append(Looked(name, where, _plain(compile_place(where).look(at))))
    return found


def _first(rule: Rule, seen: Seen) -> Seen | None:
    """The first of several bids, as the paths of a bid look at it; None if there is no list."""
    listed = compile_place(rule.bids_path).look(seen) if rule.bids_path else None
    if not isinstance(listed, list) or not listed:
        return None
    return Seen(seen.status, seen.headers, seen.body, listed[0])


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value[:MOST_CHARACTERS]
    if value is None or isinstance(value, bool | int | float):
        return value
    try:
        text = msgspec.json.encode(value).decode()
    except (TypeError, ValueError):
        text = str(value)
    return msgspec.json.decode(text) if len(text) <= MOST_CHARACTERS else text[:MOST_CHARACTERS]
