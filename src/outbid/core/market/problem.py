"""What is wrong with a market that somebody wrote: where, and what would be right."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import msgspec
from msgspec import inspect

Path = tuple[str | int, ...]
_AT = re.compile(r"^(?P<sentence>.*?)(?: - at `(?P<path>\$.*)`)?$", re.DOTALL)
_PATTERNS = {
    "[a-z0-9][a-z0-9_-]{0,62}": "a slug: lower-case letters, digits, - and _, at most 63 of them",
    "[a-z][a-z0-9_]{0,62}": "a name: lower-case letters, digits and _, beginning with a letter",
    "[A-Z]{3}": "a currency: three capital letters, such as USD",
}
_KEY = re.compile(r"\.(?P<name>[^.\[\]]+)|\[(?P<position>\d+)\]|\[(?P<some>\.\.\.)\]")
_UNKNOWN = re.compile(r"^Object contains unknown field `(?P<name>.*)`$", re.DOTALL)
_NO_SUCH = re.compile(r"^Invalid enum value")
_EXPECTED = re.compile(r"^Expected `(?P<kinds>[^`]+)`(?P<limit>.*?)(?:, got `(?P<got>[^`]+)`)?$", re.DOTALL)
_LIMIT = re.compile(r"(?:(?P<length> of length)? (?P<compared>[<>]=?) (?P<figure>-?[\d.]+))?")
_COMPARED = {">=": "{} or more", "<=": "at most {}", ">": "more than {}", "<": "less than {}"}
_KINDS = {
    "int": "a whole number",
    "float": "a number",
    "str": "text",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "datetime": "an instant",
    "date": "a date",
    "null": "nothing",
}
"""What the checker's types are called."""
_LONGEST_SHOWN = 60


class Problem(msgspec.Struct, frozen=True):
    """One fault. `kind` and `slug` name the noun, `path` leads to the place inside it."""

    kind: str
    slug: str
    path: Path
    sentence: str


class MarketError(Exception):
    """A market that cannot be: all problems at once."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(f"{p.kind} {p.slug}: {p.sentence}" for p in problems))
        self.problems = problems


class SettingFault(ValueError):
    """What a struct's own check found of one of its settings; `path` leads to it."""

    def __init__(self, setting: str, sentence: str, *inner: str | int) -> None:
        super().__init__(sentence)
        self.path: Path = (setting, *inner)


@contextmanager
def checking(setting: str) -> Iterator[None]:
    """Whatever is found wrong in here is a fault of this setting. Raises SettingFault."""
    try:
        yield
    except ValueError as error:
        raise SettingFault(setting, str(error), *path_of(error)) from None


def path_of(error: ValueError) -> Path:
    """The way to the setting that is at fault; empty if nothing is known of it."""
    return error.path if isinstance(error, SettingFault) else ()


def from_validation(error: Exception, value: Any = None, wanted: Any = None) -> tuple[str, Path]:
    """The sentence and the path inside the checked value of a msgspec.ValidationError or any other error.

    Who hands in the value that was checked and the type that it should have, has the sentence say what would be right.
    """
    found = _AT.match(str(error))
    assert found is not None
    path: list[str | int] = []
    shape, known = None if wanted is None else shape_of(wanted), True
    for key in _KEY.finditer(found["path"] or ""):
        part = _part(key, value)
        known = known and part is not None
        if known and part is not None:
            path.append(part)
        value, shape = _inside(value, part), part_of(shape, "" if part is None else part)
    if known and isinstance(error.__cause__, SettingFault):
        path.extend(error.__cause__.path)
    return _plainly(found["sentence"], setting_at(tuple(path)), value, shape), tuple(path)


# -- the types that a market is checked against --------------------------------------------------------------------


@cache
def shape_of(wanted: Any) -> inspect.Type:
    """A type as it can be walked through with `part_of`."""
    return _bare(inspect.type_info(wanted))


def part_of(shape: inspect.Type | None, part: str | int) -> inspect.Type | None:
    """The type of a setting of a struct, or of an element of a list; None where nothing is known of it."""
    if isinstance(shape, inspect.StructType) and isinstance(part, str):
        return next((_bare(field.type) for field in shape.fields if field.encode_name == part), None)
    if isinstance(shape, inspect.VarTupleType | inspect.ListType) and isinstance(part, int):
        return _bare(shape.item_type)
    if isinstance(shape, inspect.DictType):
        return _bare(shape.value_type)
    return None


def settings_of(shape: inspect.StructType) -> list[str]:
    """The names of a struct's settings, as people write them."""
    return [field.encode_name for field in shape.fields]


def setting_at(path: Path) -> str:
    """The name of the setting at a path; that of the list for an element of one."""
    return next((part for part in reversed(path) if isinstance(part, str)), "")


def unknown_setting(name: str, shape: inspect.StructType) -> str:
    """What is said of a setting that a struct does not have."""
    return f"there is no {name!r} here; there are: {', '.join(settings_of(shape))}"


def _bare(shape: inspect.Type) -> inspect.Type:
    """A type without what is written around it: descriptions, and that it may be absent."""
    if isinstance(shape, inspect.Metadata):
        return _bare(shape.type)
    if isinstance(shape, inspect.UnionType):
        options = [option for option in shape.types if not isinstance(option, inspect.NoneType)]
        return _bare(options[0]) if len(options) == 1 else shape
    return shape


def _part(key: re.Match[str], value: Any) -> str | int | None:
    """One step of the checker's path; None for an entry of a mapping that has several: it does not say which."""
    if key["some"] is not None:
        return next(iter(value)) if isinstance(value, dict) and len(value) == 1 else None
    return key["name"] if key["name"] is not None else int(key["position"])


def _inside(value: Any, part: str | int | None) -> Any:
    try:
        return value[part]
    except (TypeError, LookupError):
        return None


def fix_of(wanted: Any) -> str:
    """What would be right of a type, as an order; empty where nothing is known of it."""
    shape = shape_of(wanted)
    if isinstance(shape, inspect.LiteralType):
        return f"Write one of: {', '.join(map(str, shape.values))}."
    if isinstance(shape, inspect.IntType):
        return f"Write a whole number{_bounds(shape)}."
    return next((f"Write {words}." for kind, words in _WRITTEN if isinstance(shape, kind)), "")


_WRITTEN: tuple[tuple[type[inspect.Type], str], ...] = (
    (inspect.BoolType, "true or false"),
    (inspect.FloatType, "a number"),
    (inspect.VarTupleType, "a list"),
    (inspect.ListType, "a list"),
    (inspect.DictType, "an object"),
    (inspect.StructType, "an object with settings as the detail names them"),
)


def _bounds(shape: inspect.IntType) -> str:
    least, most = shape.ge, shape.le
    if least is None or most is None:
        return "" if least is None else f" from {least} on"
    return f" from {least} to {most}"


# -- the checker's words for people --------------------------------------------------------------------------------


def _plainly(sentence: str, setting: str, value: Any, shape: inspect.Type | None) -> str:
    """The checker's sentence about a setting with its name, its value and what would be right, as far as known."""
    named = f"{setting}: " if setting else ""
    for pattern, words in _PATTERNS.items():
        if pattern in sentence:
            return f"{named}write {words}{_not_this(value)}"
    unknown = _UNKNOWN.match(sentence)
    if unknown is not None and isinstance(shape, inspect.StructType):
        return unknown_setting(unknown["name"], shape)
    if _NO_SUCH.match(sentence):
        return f"{named}{_NO_SUCH.sub('there is no', sentence)}{_those(shape)}"
    expected = _EXPECTED.match(sentence)
    right = _right(expected, value, shape) if expected is not None else ""
    if expected is not None and right:
        return f"{named}write {right}{_not_this(value) or _not_a(expected['got'])}"
    return f"{named}{sentence}" if expected is not None else sentence


def _right(expected: re.Match[str], value: Any, shape: inspect.Type | None) -> str:
    """What would be right, as far as known; empty where the checker's own words are the best there are."""
    if isinstance(shape, inspect.StructType) and expected["got"]:
        settings = settings_of(shape)
        by_name = "plugin" in settings and isinstance(value, str)
        return f"{{plugin: {value}}}" if by_name else f"settings ({', '.join(settings)})"
    if isinstance(shape, inspect.VarTupleType) and isinstance(value, str) and expected["got"]:
        return f"[{value}]"
    kinds = [_KINDS.get(kind) for kind in expected["kinds"].split(" | ") if kind != "null"]
    limit = _LIMIT.fullmatch(expected["limit"])
    if not kinds or None in kinds or limit is None:
        return ""
    return " or ".join(filter(None, kinds)) + _limited(limit, "characters" if "str" in expected["kinds"] else "entries")


def _limited(limit: re.Match[str], counted: str) -> str:
    """ "of 1 or more", "of at most 60 characters"; empty where there is no limit."""
    if limit["figure"] is None:
        return ""
    unit = f" {counted}" if limit["length"] else ""
    return f" of {_COMPARED[limit['compared']].format(limit['figure'])}{unit}"


def _those(shape: inspect.Type | None) -> str:
    return f"; there are: {', '.join(map(str, shape.values))}" if isinstance(shape, inspect.LiteralType) else ""


def _not_a(got: str | None) -> str:
    return f", not {_KINDS.get(got, got)}" if got else ""


def _not_this(value: Any) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f", not {value}"
    if not isinstance(value, str):
        return ""
    return f", not {value!r}" if len(value) <= _LONGEST_SHOWN else f", not {value[:_LONGEST_SHOWN]!r}…"
