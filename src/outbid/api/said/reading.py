"""What a request says, read: its body with every fault, its query, its preconditions."""

import re
from datetime import datetime
from functools import cache
from typing import Any, TypeVar, get_args, get_type_hints

import msgspec
from litestar import Request

from outbid.api.door.refusal import Refused
from outbid.api.said.faults import error_at, errors_of, unkept
from outbid.api.wire import Gone, read_body
from outbid.core.dialect.malformed import why_not_json
from outbid.core.market.problem import from_validation

MOST_BYTES = 16 * 1024 * 1024
JSON_TYPES = ("application/json", "application/merge-patch+json")
Asked = Request[Any, Any, Any]
Wanted = TypeVar("Wanted", bound=msgspec.Struct)
_ETAG = re.compile(r'"([^"]*)"')
_NUMBER = re.compile(r"[+-]?[\d.]+(?:[eE][+-]?\d+)?")


async def read_json(request: Asked) -> dict[str, Any]:
    """The body as a JSON object. Raises Refused.

    The content type is insisted on: a page of another house could send any other one with its visitor's cookie.
    """
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given not in JSON_TYPES:
        raise Refused("media_type_unknown", f"send one of {', '.join(JSON_TYPES)}")
    try:
        body = await read_body(request.scope, request.receive, MOST_BYTES)  # type: ignore[arg-type]
    except Gone:
        raise Refused("body_not_json", "the body did not come whole") from None
    if body is None:
        raise Refused("document_too_large")
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused("body_not_json", why_not_json(body, error)) from None
    if not isinstance(value, dict):
        detail = f"the body is {_named(value)}, not an object"
        raise Refused("body_faulty", errors=(error_at((), "setting_faulty", detail, 'Write an object: {"name": …}.'),))
    if errors := unkept(value):
        raise Refused("body_faulty", errors=tuple(errors))
    return value


def _named(value: object) -> str:
    """A JSON value that is no object, by its kind."""
    if value is None or isinstance(value, bool):
        return msgspec.json.encode(value).decode()
    return "a list" if isinstance(value, list) else "a text" if isinstance(value, str) else "a number"


def convert(value: dict[str, Any], wanted: type[Wanted]) -> Wanted:
    """A plain value as a struct. Raises Refused with every error."""
    if errors := errors_of(value, wanted):
        raise Refused("body_faulty", errors=tuple(errors))
    return msgspec.convert(value, wanted)


def read_query(request: Asked, wanted: type[Wanted]) -> Wanted:
    """The query as a struct; each of its parameters may stand once. Raises Refused, naming what there is."""
    given: dict[str, str] = {}
    known = wanted.__struct_encode_fields__
    for name, text in request.query_params.multi_items():
        if name not in known:
            raise Refused("parameter_faulty", f"there is no {name!r}; there are: {', '.join(known) or 'none'}")
        if name in given:
            raise Refused("parameter_faulty", f"{name!r} stands twice")
        if "\0" in text:
            raise Refused("parameter_faulty", f"{name}: a zero character cannot be looked for")
        if name in _instants(wanted) and _NUMBER.fullmatch(text.strip()):
            raise Refused("parameter_faulty", f"{name}: {text!r} is no instant, such as 2026-01-31T12:00:00Z")
        given[name] = text
    try:
        return msgspec.convert(given, wanted, strict=False)
    except msgspec.ValidationError as error:
        sentence, path = from_validation(error, given, wanted)
        name = ".".join(map(str, path))
        told = sentence if sentence.startswith(f"{name}: ") else f"{name}: {sentence}"
        raise Refused("parameter_faulty", told) from None


@cache
def _instants(wanted: type[msgspec.Struct]) -> frozenset[str]:
    """The parameters that are instants: a bare number would be taken for seconds since 1970, which is not described."""
    hints = get_type_hints(wanted)
    return frozenset(name for name, kind in hints.items() if datetime in (kind, *get_args(kind)))


class Condition(msgspec.Struct, frozen=True):
    """What a write is based on: `create` (If-None-Match: *), any version, or one of these."""

    create: bool = False
    any: bool = False
    versions: frozenset[str] = frozenset()

    def check(self, since: int | None) -> None:
        """Is that still so of something that has been as it is since a version (None: it is not)? Raises Refused."""
        if self.create:
            holds = since is None
        else:
            holds = since is not None and (self.any or str(since) in self.versions)
        if not holds:
            there = "it is not there" if since is None else f'it is there, and its ETag is "{since}"'
            raise Refused("version_old", there, headers={} if since is None else etag(since))


def condition_of(request: Asked, *, creates: bool = False) -> Condition:
    """What a request says that it is based on. Raises Refused if it says nothing."""
    match, none_match = request.headers.get("if-match"), request.headers.get("if-none-match")
    if match is not None:
        if match.strip() == "*":
            return Condition(any=True)
        tags = [part.strip() for part in match.split(",")]
        found = [_ETAG.fullmatch(tag) for tag in tags]  # a weak tag (W/"…") matches nothing, as RFC 9110 has it
        return Condition(versions=frozenset(tag[1] for tag in found if tag is not None))
    if creates and none_match is not None and none_match.strip() == "*":
        return Condition(create=True)
    raise Refused("precondition_missing", "" if creates else "only If-Match can be used here")


def etag(version: int) -> dict[str, str]:
    """The header that names a version."""
    return {"ETag": f'"{version}"'}


def limits_of(request: Asked) -> dict[str, str]:
    """The headers that tell how often the asker may ask; none if he was not let in."""
    found: dict[str, str] = getattr(request.state, "limits", {})
    return found
