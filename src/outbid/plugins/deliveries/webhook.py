"""Posts as JSON messages signed by Standard Webhooks: any endpoint that checks those can buy, without code of ours.

A message is `{"type": …, "timestamp": …, "data": {…}}` under three headers: `webhook-id` (the sale's id, the same
whenever it is asked again), `webhook-timestamp`, `webhook-signature`. Pings are plain JSON, for they tell of nobody.
"""

from collections.abc import Generator
from typing import Annotated

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from outbid.core.contract import Again, Ask, Binding, Later, PingReply, PostReply, Reads
from outbid.core.dialect.reference import filled, names_in, reference
from outbid.core.dialect.reply import Rule as AnyRule
from outbid.core.dialect.reply import said_as
from outbid.core.dialect.secrets import Secrets
from outbid.core.dialect.webhook import ID, key_of, signature_of
from outbid.core.dialect.wire import Answer, Http
from outbid.core.market.problem import SettingFault
from outbid.core.schedule.instant import utc
from outbid.plugins.deliveries._later import Delay, later_of
from outbid.plugins.deliveries._talk import Bound as Talk
from outbid.plugins.deliveries._talk import (
    Interface,
    Manner,
    bind_interface,
)
from outbid.plugins.deliveries._talk import again as _again
from outbid.plugins.deliveries._talk import ask_again as _ask_again
from outbid.plugins.deliveries._talk import ping as _ping
from outbid.plugins.deliveries._talk import pings as _pings
from outbid.plugins.deliveries._talk import post as _post
from outbid.plugins.deliveries._talk import reads as _reads
from outbid.plugins.deliveries._talk import repeatable as _repeatable
from outbid.plugins.deliveries._talk import secrets as _secrets

_encode = msgspec.json.Encoder().encode
_MANNER = Manner(b"json", "application/json", "POST", _encode)


class Rule(AnyRule, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How an answer is read: 2xx is the yes, unless a place in the answer is named."""

    accepted_path: Annotated[str, said_as("which value says yes; empty: HTTP 2xx does (a trade rule)")] = ""


class Settings(Interface, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One buyer's endpoint for webhooks."""

    secret: Annotated[
        str, said_as("`{secret:NAME}`: what signs the posts; after `whsec_` it is base64, any other text is the key")
    ]
    type: Annotated[str, Meta(pattern=r"^[\w.-]{1,100}$", description="the `type` of the messages")] = "lead.posted"
    key_header: Annotated[str, said_as("carries the sale's id; Standard Webhooks call it so")] = ID
    delay: Annotated[Delay | None, said_as("the lead is sold at once and goes out later; absent: by the post")] = None
    ping_reply: Annotated[Rule, said_as("how a ping's answer is read")] = Rule()
    post_reply: Annotated[Rule, said_as("how a post's answer is read")] = Rule()


class Bound(msgspec.Struct, frozen=True):
    """The settings compiled: the JSON interface, and what a message has beyond it."""

    talk: Talk
    key: bytes
    type: bytes
    later: Later | None


def bind(settings: Settings, binding: Binding) -> Bound:
    """Compile the settings. Raises ValueError."""
    names = names_in(settings.secret)
    if len(names) != 1 or settings.secret != reference(names[0]):
        raise SettingFault("secret", "write {secret:NAME}, and set its value apart: `outbid secrets set NAME`")
    if settings.key_header.lower() != ID:
        raise SettingFault("key_header", f"the id of a webhook goes in {ID}")
    talk = bind_interface(settings, binding, _MANNER)
    if talk.beyond is not None and talk.beyond.sign is not None:
        raise SettingFault("auth", "a webhook is signed already: choose another way to sign in, or none")
    return Bound(
        talk, key_of(filled(settings.secret, binding.secrets)), settings.type.encode(), later_of(settings.delay)
    )


def pings(bound: Bound) -> bool:
    """Can this delivery ask for a bid?"""
    return _pings(bound.talk)


def repeatable(bound: Bound) -> bool:
    """May a post be asked again with the same key?"""
    return bound.later is not None or _repeatable(bound.talk)


def reads(bound: Bound) -> Reads:
    """The fields and facts that pings and posts hold."""
    return _reads(bound.talk)


def secrets(bound: Bound) -> Secrets:
    """What must not be kept of pings and posts."""
    return _secrets(bound.talk)


def ping(ask: Ask, bound: Bound) -> Generator[Http, Answer, PingReply]:
    """Ask for a bid."""
    return _ping(ask, bound.talk)


def post(ask: Ask, bound: Bound) -> Generator[Http, Answer, PostReply]:
    """Send the whole lead, or make the sale alone where it goes out later."""
    if bound.later is not None:
        return PostReply("accept")
    return (yield from deliver(ask, bound))


def later(bound: Bound) -> Later | None:
    """When it goes out, if not by the post."""
    return bound.later


def deliver(ask: Ask, bound: Bound) -> Generator[Http, Answer, PostReply]:
    """Send the whole lead, signed at the instant of sending."""
    talk = _post(ask, bound.talk)
    answer: Answer | None = None
    while True:
        try:
            http = next(talk) if answer is None else talk.send(answer)
        except StopIteration as stop:
            return stop.value  # type: ignore[no-any-return]
        answer = yield _signed(ask, bound, http) if http.has_lead else http


def _signed(ask: Ask, bound: Bound, http: Http) -> Http:
    body = b'{"type":"%b","timestamp":"%b","data":%b}' % (bound.type, utc(ask.at_ms).encode(), http.body)
    signed = signature_of(bound.key, ask.sale, (ask.now_ms or ask.at_ms) // 1000, body)
    return replace(http, body=body, more=(*http.more, *signed))


def again(bound: Bound) -> Again | None:
    """When the buyer is asked how a post ended."""
    return _again(bound.talk)


def ask_again(ask: Ask, bound: Bound) -> Generator[Http, Answer, PostReply]:
    """Ask how a post ended."""
    return _ask_again(ask, bound.talk)
