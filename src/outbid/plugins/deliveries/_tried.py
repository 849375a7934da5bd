"""What people see who try a delivery: what each key gives, and what its rules find in an answer."""

from typing import Literal, Protocol

import msgspec

from outbid.core.contract import Ask
from outbid.core.dialect.mapping import Line, Shown
from outbid.core.dialect.mapping import shown as lines_shown
from outbid.core.dialect.reply import Rule, RuleRead
from outbid.core.dialect.reply import looked as rule_looked
from outbid.core.dialect.wire import Response

Step = Literal["ping", "post"]


class Tried(msgspec.Struct, frozen=True):
    """Mapping and rule of each step."""

    ping: tuple[Line, ...]
    post: tuple[Line, ...]
    ping_reply: Rule
    post_reply: Rule


class Bound(Protocol):
    """A delivery that can be tried."""

    @property
    def tried(self) -> Tried:
        """Its mappings and rules."""


def shown(ask: Ask, bound: Bound, step: Step) -> tuple[Shown, ...]:
    """What each key of a ping or a post gives for a lead."""
    return lines_shown(bound.tried.ping if step == "ping" else bound.tried.post, ask)


def looked(answer: Response, bound: Bound, step: Step) -> RuleRead:
    """What the rule of a step finds in an answer."""
    return rule_looked(bound.tried.ping_reply if step == "ping" else bound.tried.post_reply, answer)
