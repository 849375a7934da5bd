"""Everything that is wrong with a value at once: the checker alone would tell the first fault only."""

from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec

from outbid.core.answer import Error
from outbid.core.market.problem import Path, fix_of, from_validation
from outbid.core.reasons import ALL

DEEPEST = 64


def error_at(path: Path, code: str, detail: str, fix: str = "") -> Error:
    """An error at a place of the body; `fix` where more is known than the code says."""
    return Error(pointer(path), code, detail, fix or ALL[code].fix)


def pointer(path: Path) -> str:
    """A path as a JSON pointer (RFC 6901)."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def unkept(value: Any, at: Path = ()) -> list[Error]:
    """What can be said in JSON and not be kept: zero characters, and nesting without end."""
    if len(at) > DEEPEST:
        return [error_at(at[:1], "setting_faulty", f"it is nested more than {DEEPEST} levels deep")]
    if isinstance(value, str):
        return [error_at(at, "setting_faulty", "a zero character cannot be stored")] if "\0" in value else []
    if isinstance(value, dict):
        if any("\0" in key for key in value):
            return [error_at(at, "setting_faulty", "a zero character cannot be stored")]
        return [error for key, part in value.items() for error in unkept(part, (*at, key))]
    if isinstance(value, list):
        return [error for i, part in enumerate(value) for error in unkept(part, (*at, i))]
    return []


def errors_of(value: Any, wanted: Any, at: Path = ()) -> list[Error]:
    """Every error of a plain value that should be a `wanted`."""
    kind = _bare(wanted)
    if get_origin(kind) in (Union, UnionType):
        options = [part for part in get_args(kind) if part is not type(None)]
        if value is not None and len(options) == 1:
            return errors_of(value, options[0], at)
    elif _is_struct(kind) and isinstance(value, dict):
        return _of_members(value, kind, at) or _of_whole(value, wanted, at)
    elif get_origin(kind) is tuple and get_args(kind)[-1] is Ellipsis and isinstance(value, list):
        return [error for i, part in enumerate(value) for error in errors_of(part, get_args(kind)[0], (*at, i))]
    elif get_origin(kind) is dict and isinstance(value, dict):
        inner = get_args(kind)[1]
        return [error for key, part in value.items() for error in errors_of(part, inner, (*at, key))] or _of_whole(
            value, wanted, at
        )
    return _of_whole(value, wanted, at)


def _of_members(value: dict[str, Any], kind: type[msgspec.Struct], at: Path) -> list[Error]:
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    found: list[Error] = []
    for key in value:
        if key not in fields:
            detail = f"there is no {key!r} here; there are: {', '.join(fields)}"
            found.append(error_at((*at, key), "setting_unknown", detail))
    for name, field in fields.items():
        if name in value:
            found += errors_of(value[name], field.type, (*at, name))
        elif field.required:
            found.append(error_at((*at, name), "setting_missing", f"{name!r} is missing"))
    return found


def _of_whole(value: Any, wanted: Any, at: Path) -> list[Error]:
    try:
        msgspec.convert(value, wanted)
    except (msgspec.ValidationError, ValueError) as error:
        sentence, inner = from_validation(error, value, wanted)
        return [error_at((*at, *inner), "setting_faulty", sentence, "" if inner else fix_of(wanted))]
    return []


def _bare(wanted: Any) -> Any:
    """A type without the constraints around it."""
    return get_args(wanted)[0] if get_origin(wanted) is Annotated else wanted


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)
