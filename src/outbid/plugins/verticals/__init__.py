"""Verticals: one YAML file for each kind of lead, and parts that several have."""

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any, Protocol

import msgspec
from ruamel.yaml import YAML

from outbid.core.lead.value import Scalar
from outbid.core.market.vertical import Field, Vertical

_SUFFIX = ".yaml"


class Named(Protocol):
    """A field of a campaign, compiled or as it was written."""

    @property
    def name(self) -> str:
        """As the campaign calls it."""

    @property
    def type(self) -> str:
        """The field type."""


@cache
def names() -> tuple[str, ...]:
    """All verticals, sorted."""
    found = (entry.name for entry in files(__name__).iterdir())
    return tuple(sorted(name.removesuffix(_SUFFIX) for name in found if name.endswith(_SUFFIX)))


@cache
def vertical(name: str) -> Vertical:
    """The vertical of that name. Raises KeyError with all names if there is none."""
    if name not in names():
        raise KeyError(f"there is no vertical {name!r}; there are: {', '.join(names())}")
    told: dict[str, Any] = dict(_read(name))
    parts = [msgspec.convert(_read(f"parts/{part}"), list[Field]) for part in told.pop("parts")]
    own = msgspec.convert(told, Vertical)
    return msgspec.structs.replace(own, fields=(*(field for part in parts for field in part), *own.fields))


def usual_of(fields: Iterable[Named]) -> dict[str, tuple[Scalar, ...]]:
    """What leads have in such fields, by the first vertical that has one of the same name and type."""
    return {field.name: _usual(field.name, field.type) for field in fields}


@cache
def _usual(name: str, field_type: str) -> tuple[Scalar, ...]:
    found = (field for known in names() for field in vertical(known).fields)
    return next((field.usual for field in found if (field.name, field.type) == (name, field_type)), ())


def _read(name: str) -> Any:
    """A file; YAML 1.2, so that a `no` is a text."""
    return YAML(typ="safe", pure=True).load((files(__name__) / f"{name}{_SUFFIX}").read_text(encoding="utf-8"))
