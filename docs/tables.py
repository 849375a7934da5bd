"""Tables in Markdown of what structs declare: settings with their types, bounds, defaults and words."""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import NODEFAULT, UNSET, inspect
from words import WORDS

from outbid.core.market import noun

NONE = "—"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    lines += [f"| {' | '.join(cell.replace('|', '&#124;').replace(chr(10), ' ') for cell in row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def first_line(documented: Any) -> str:
    """The first line of a docstring."""
    return (documented.__doc__ or "").strip().splitlines()[0]


def described(struct: type) -> dict[str, str]:
    """What a docstring says of each field: lines such as `low, high   the ends of it`, continued by deeper ones."""
    found: dict[str, str] = {}
    names: list[str] = []
    for line in (struct.__doc__ or "").splitlines()[1:]:
        said = re.match(r"\s{4}([a-z_]+(?:, [a-z_]+)*)\s{2,}(\S.*)", line)
        if said:
            names = said[1].split(", ")
            found.update(dict.fromkeys(names, said[2]))
        elif names and re.match(r"\s{8,}\S", line):
            found.update({name: f"{found[name]} {line.strip()}" for name in names})
        else:
            names = []
    return found


def setting_rows(
    struct: type[msgspec.Struct], owner: str = "", without: type[msgspec.Struct] | None = None
) -> Iterator[tuple[str, str, str, str]]:
    """Name, type, default and meaning of each field of a struct; of those that `without` has only what differs."""
    said = described(struct)
    told = set() if without is None else {(f.name, repr(f.default)) for f in inspect.type_info(without).fields}  # type: ignore[attr-defined]
    for field in inspect.type_info(struct).fields:  # type: ignore[attr-defined]
        if (field.name, repr(field.default)) in told:
            continue
        keys = [f"{owner or cls.__name__}.{field.encode_name}" for cls in struct.__mro__]
        words = next((WORDS[key] for key in keys if key in WORDS), "")
        short = re.sub(r"_(path|words)$", "", field.name)
        meaning = words or description_of(field.type) or said.get(field.encode_name) or said.get(short, "")
        yield f"`{field.encode_name}`", type_text(field.type), default_text(field), meaning or NONE


def settings_table(struct: type[msgspec.Struct], owner: str = "", without: type[msgspec.Struct] | None = None) -> str:
    """The settings of a struct as a table, or a sentence that there are none."""
    rows = list(setting_rows(struct, owner, without))
    return table(("Setting", "Type", "Default", "Meaning"), rows) if rows else "No settings.\n"


def description_of(kind: inspect.Type) -> str:
    """The description that a type carries."""
    if isinstance(kind, inspect.Metadata):
        return str((kind.extra_json_schema or {}).get("description", "")) or description_of(kind.type)
    return ""


def default_text(field: inspect.Field) -> str:
    """The default of a field as JSON; `required` where there is none."""
    if field.required:
        return "required"
    value = field.default if field.default not in (NODEFAULT, UNSET) else field.default_factory()
    if isinstance(value, msgspec.Struct) and not msgspec.to_builtins(value):
        return NONE
    if isinstance(value, noun.Plugin):
        return f"`{value.plugin}`"
    if isinstance(value, msgspec.Struct):
        return "as below"
    if value is None or value == () or value == {} or value == "":
        return NONE
    plain = value if isinstance(value, str | int | float | bool) else list(value) if isinstance(value, tuple) else value
    return f"`{plain if isinstance(plain, str | Path) else msgspec.json.encode(plain).decode()}`"


def type_text(kind: inspect.Type) -> str:
    """A type in plain words."""
    if isinstance(kind, inspect.Metadata):
        return type_text(kind.type)
    if isinstance(kind, inspect.UnionType):
        parts = [type_text(part) for part in kind.types if not isinstance(part, inspect.NoneType)]
        return " or ".join(parts)
    if isinstance(kind, inspect.LiteralType):
        return "one of " + ", ".join(f"`{value}`" for value in kind.values)
    if isinstance(kind, inspect.VarTupleType | inspect.ListType):
        return f"list of {type_text(kind.item_type)}"
    if isinstance(kind, inspect.DictType):
        value = type_text(kind.value_type)
        return "table" if value == "anything" else f"table from {type_text(kind.key_type)} to {value}"
    if isinstance(kind, inspect.IntType | inspect.FloatType):
        return ("whole number" if isinstance(kind, inspect.IntType) else "number") + bounds_text(kind)
    if isinstance(kind, inspect.StructType):
        return f"`{kind.cls.__name__}`"
    if isinstance(kind, inspect.CustomType):
        return "path" if kind.cls is Path else kind.cls.__name__
    names = {inspect.StrType: "text", inspect.BoolType: "`true` or `false`", inspect.AnyType: "anything"}
    return names.get(type(kind), type(kind).__name__)


def bounds_text(kind: Any) -> str:
    """The bounds of a number."""
    if kind.ge is not None and kind.le is not None:
        return f", {kind.ge:,} to {kind.le:,}" if isinstance(kind, inspect.IntType) else f", {kind.ge:g} to {kind.le:g}"
    return f", at least {kind.ge:,}" if kind.ge is not None else ""
