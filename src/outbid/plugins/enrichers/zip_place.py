"""City, state and county of a ZIP code, from a table that is in the package: nobody is asked."""

from collections.abc import Callable, Generator
from typing import Annotated, Literal

import msgspec

from outbid.core.contract import Ask, Binding, Learned
from outbid.core.dialect.reply import said_as
from outbid.core.dialect.wire import Answer, Http
from outbid.core.lead.value import ABSENT
from outbid.plugins.fields._zips import Place, place_of

LOCAL = True

What = Literal["city", "state", "county", "timezone"]
_OF: dict[What, Callable[[Place], str]] = {
    "city": lambda place: place.city,
    "state": lambda place: place.state,
    "county": lambda place: place.county,
    "timezone": lambda place: place.timezone,
}


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which field holds the ZIP code, and which fields become what."""

    zip: Annotated[str, said_as("the field with the ZIP code")] = "zip"
    fields: Annotated[
        dict[str, What],
        said_as("from our fields to what is known of the place: `city`, `state` (as TX), `county`, `timezone`"),
    ]


class Bound(msgspec.Struct, frozen=True):
    """Settings looked through once."""

    zip: str
    fields: tuple[tuple[str, Callable[[Place], str]], ...]


def bind(settings: Settings, binding: Binding) -> Bound:
    """Check the field. Raises ValueError."""
    if settings.zip not in binding.known:
        raise ValueError(f"the campaign has no field {settings.zip!r}")
    return Bound(settings.zip, tuple((name, _OF[what]) for name, what in settings.fields.items()))


def gives(bound: Bound) -> tuple[str, ...]:
    """The fields that it may fill in."""
    return tuple(name for name, _ in bound.fields)


def needs(bound: Bound) -> tuple[str, ...]:
    """The ZIP code."""
    return (bound.zip,)


def reads(bound: Bound) -> tuple[str, ...]:
    """The ZIP code."""
    return (bound.zip,)


def ask(ask: Ask, bound: Bound) -> Generator[Http, Answer, Learned]:
    """Look the place up. Of a code that is not in the table, or is masked, nothing is known."""
    yield from ()
    code = ask.facts.get(bound.zip) or ask.values.get(bound.zip, ABSENT).value
    place = place_of(code) if isinstance(code, str) else None
    if place is None:
        return Learned()
    return Learned({name: text for name, read in bound.fields if (text := read(place))})
