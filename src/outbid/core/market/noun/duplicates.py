"""Whom a buyer does not buy again."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

USUAL = ("phone", "email")
"""What tells a person where nothing else is said; a campaign may do without one of the two."""


class Duplicates(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Persons that are not bought again: those who were bought within the window.

    fields       what tells a person
    match        one equal field is enough, or all must be equal together
    window_days  for how many days from the post on a person is not bought again
    """

    fields: Annotated[tuple[str, ...], Meta(min_length=1, max_length=8)] = USUAL
    match: Literal["any", "all"] = "any"
    window_days: Annotated[int, Meta(ge=1, le=365)] = 30
