"""Pings and posts as any text: a template with terms in braces, for endpoints that take no form of keys and values."""

from typing import Annotated

from msgspec import Meta

from outbid.core.contract import Binding
from outbid.core.dialect.mapping import Table
from outbid.core.dialect.reply import Rule, said_as
from outbid.plugins.deliveries._talk import (
    Bound,
    Endpoint,
    Manner,
    again,
    ask_again,
    bind_endpoint,
    ping,
    pings,
    post,
    reads,
    repeatable,
    secrets,
)
from outbid.plugins.deliveries._tried import looked, shown

__all__ = [
    "Bound",
    "Rule",
    "Settings",
    "again",
    "ask_again",
    "bind",
    "looked",
    "ping",
    "pings",
    "post",
    "reads",
    "repeatable",
    "secrets",
    "shown",
]

_KEY = "text"


class Settings(Endpoint, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One buyer's interface of plain text."""

    ping_text: Annotated[
        str | None, said_as("what a ping says, such as `ZIP {zip}, age {birth_date.age}`; a ping needs one")
    ] = None
    post_text: Annotated[str, said_as("what a post says, such as `{first_name}|{phone | digits}|{zip}`")]
    content_type: Annotated[
        str, Meta(pattern=r"^[\w.+-]+/[\w.+-]+(; ?charset=[\w-]+)?$", description="what a body is called")
    ] = "text/plain; charset=utf-8"


def bind(settings: Settings, binding: Binding) -> Bound:
    """Compile the settings. Raises ValueError."""
    if settings.ping_url is not None and settings.ping_text is None:
        raise ValueError("ping_text: write what a ping says, for there is an address for pings")
    manner = Manner(b"text", settings.content_type, "POST", lambda made: made.get(_KEY, "").encode("utf-8", "replace"))
    return bind_endpoint(settings, binding, manner, _table(settings.ping_text), _table(settings.post_text))


def _table(text: str | None) -> Table:
    return {} if text is None else {_KEY: text if "{" in text else f"={text}"}
