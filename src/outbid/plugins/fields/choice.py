"""One of the options that the campaign lists."""

import datetime
from functools import cached_property
from typing import Annotated

import msgspec

from outbid.core.contract import Kind
from outbid.core.lead.value import Value
from outbid.core.reasons import Reason, reasons
from outbid.plugins.fields._raw import faulty, kept, plain, text_of
from outbid.plugins.fields._schema import Schema, any_of, text, words

PERSONAL: bool = False
KIND: Kind = "text"
PARTS: dict[str, Kind] = {}
EXAMPLE: str = "owner"
REASONS: dict[str, Reason] = reasons(
    wrong_type=("The value is not text.", "Send one of the field's options as text."),
    not_an_option=("The value is not among the field's options.", "Send one of the field's options."),
)

_Option = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


# `dict=True` gives the cached property a place to keep its table.
class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, dict=True):
    """Which options there are."""

    options: Annotated[
        tuple[_Option, ...],
        msgspec.Meta(
            title="Options",
            description="The values that are allowed, each in the spelling that buyers get.",
            min_length=1,
            max_length=1000,
        ),
    ]
    aliases: Annotated[
        dict[_Option, _Option],
        msgspec.Meta(title="Aliases", description="Other spellings that sources send, and the option each means."),
    ] = {}

    def __post_init__(self) -> None:
        """Refuse what could be read in two ways."""
        own = {option.strip().casefold() for option in self.options}
        if len(own) != len(self.options):
            raise ValueError("two options differ only by case or blanks")
        for alias, option in self.aliases.items():
            if option not in self.options:
                raise ValueError(f"the alias {alias!r} means no option")
            if alias.strip().casefold() in own and self.spellings[alias.strip().casefold()] != option:
                raise ValueError(f"the alias {alias!r} is an option of its own")

    @cached_property
    def spellings(self) -> dict[str, str]:
        """Return every spelling, in lower case and as written, with the option that it means."""
        aliases = {alias.strip().casefold(): option for alias, option in self.aliases.items()}
        own = {option.strip().casefold(): option for option in self.options}
        return {**aliases, **own, **{option: option for option in self.options}}


def schema(settings: Settings) -> Schema:
    """What is read, as JSON Schema."""
    spelled = [word.strip() for word in (*settings.options, *settings.aliases)]
    numbers = [int(word) for word in spelled if word.isascii() and word.isdecimal() and str(int(word)) == word]
    flags = [word.lower() == "true" for word in spelled if word.lower() in ("true", "false")]
    others = [{"enum": sorted(found)} for found in (set(numbers), set(flags)) if found]
    return any_of(text(words(spelled)), *others)


def samples(settings: Settings) -> tuple[str, ...]:
    """Values as they are sent."""
    return settings.options


def read(raw: object, settings: Settings, today: datetime.date) -> Value:
    """Read an option in any case, by its own spelling or an alias."""
    if isinstance(raw, str):
        option = settings.spellings.get(raw)
        if option is not None:
            return Value(raw, option)
    text = str(raw).lower() if isinstance(raw, bool) else text_of(raw)
    if text is None:
        return Value() if raw is None else faulty(raw, "wrong_type")
    text = plain(text)
    if not text:
        return Value(kept(raw))
    option = settings.spellings.get(text.casefold())
    return faulty(raw, "not_an_option") if option is None else Value(kept(raw), option)
