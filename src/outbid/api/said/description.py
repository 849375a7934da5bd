"""What OpenAPI says of the routes behind the doors: made of the structs that read and write them, so it is true."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import msgspec
from litestar import Request
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Operation

from outbid.api.door.doors import OPERATOR, Door
from outbid.api.door.refusal import STATUS
from outbid.api.door.rights import Right
from outbid.api.problem import MEDIA_TYPE, Problem
from outbid.core.reasons import ALL

PLACE = "#/components/schemas/{name}"
WRITES = ("PUT", "PATCH", "POST", "DELETE")
JSON = "application/json"
LIMITED = {
    name: {"description": words, "schema": {"type": "integer"}}
    for name, words in (
        ("RateLimit-Limit", "how many requests the key may make at once"),
        ("RateLimit-Remaining", "how many it may make now"),
        ("RateLimit-Reset", "after how many seconds it may make all of them again"),
    )
}
_known: dict[str, type[msgspec.Struct]] = {"Problem": Problem}


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What is told of a route.

    answers   status → what it means, and the struct of its body, if any
    query     a struct with the parameters of the query
    path      the names in the path, with what they mean
    body      the struct of the request's body; `patch`: the body changes one
    condition the headers of preconditions that the route wants
    etag      the answer has an ETag
    problems  the reason codes it may refuse with, beside those of every route
    is_open   nobody has to say who he is
    right     what whoever asks must be allowed to; absent: to look, and to change for a write
    door      the door it stands behind; `for_tests`: keys for tests open it as well
    before_codes  it opens to a person who has still to set up the codes that the house wants of everybody
    example   of the first of the answers
    text      the media type of a text as which it may be had too
    takes     the content type of a body that is no JSON
    media     the content types of the first of the answers, where it is no struct
    also      structs that its text is made of, to be described beside
    headers   headers that it reads, with what they mean
    """

    summary: str
    answers: Mapping[int, tuple[str, type[msgspec.Struct] | None]]
    query: type[msgspec.Struct] | None = None
    path: Mapping[str, str] = {}
    body: type[msgspec.Struct] | None = None
    patch: bool = False
    condition: tuple[str, ...] = ()
    etag: bool = False
    problems: tuple[str, ...] = ()
    is_open: bool = False
    right: Right | None = None
    door: Door = OPERATOR
    for_tests: bool = False
    before_codes: bool = False
    example: Any = None
    text: str = ""
    media: tuple[str, ...] = ()
    takes: str = ""
    also: tuple[type[msgspec.Struct], ...] = ()
    headers: Mapping[str, str] = {}

    def right_for(self, method: str) -> Right:
        """What whoever asks must be allowed to."""
        return self.right or ("change" if method in WRITES else "look")


def operation(said: Said, method: str) -> type[Operation]:
    """The description of a route, as the framework takes it."""
    for struct in said.also:
        _schema(struct)
    told = {
        "parameters": [*_path(said), *_query(said), *_headers(said, method)],
        "responses": _answers(said) | _problems(said, method),
        "security": _security(said),
    }
    if said.body is not None:
        media_type = "application/merge-patch+json" if said.patch else JSON
        # A patch names some members only, so the struct's own schema would say too much.
        words = f"members of {said.body.__name__} to replace; null takes one away"
        schema = {"type": "object", "description": words} if said.patch else _schema(said.body)
        told["requestBody"] = {"required": True, "content": {media_type: {"schema": schema}}}
    elif said.takes:
        # Whatever bytes come are a text: a schema could only claim that some are not.
        told["requestBody"] = {"required": True, "content": {said.takes: {}}}
    return amended(told)


def amended(told: dict[str, Any], without: tuple[str, ...] = ()) -> type[Operation]:
    """An operation as the framework describes it, with what is told instead, and without statuses that never come."""

    class Described(Operation):
        _told: ClassVar[dict[str, Any]] = told

        def to_schema(self) -> dict[str, Any]:
            found = super().to_schema()
            responses = {status: said for status, said in found["responses"].items() if status not in without}
            return found | {"responses": responses} | self._told

    return Described


OPEN = amended({"security": []})
"""A route at which nobody has to say who he is."""


def _security(said: Said) -> list[dict[str, list[str]]]:
    if said.is_open:
        return []
    return [{"key": []}, {"session": []}] if said.door.people else [{"key": []}]


class Description(JsonRenderPlugin):
    """The document, with the schemas of the structs that the routes behind the doors name."""

    _whole = b""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """The document as JSON; it is the same as long as the process lives."""
        if self._whole:
            return self._whole
        _, ours = msgspec.json.schema_components(_known.values(), ref_template=PLACE)
        components = openapi_schema["components"]
        whole = openapi_schema | {"components": components | {"schemas": components["schemas"] | ours}}
        self._whole = msgspec.json.encode(whole)
        return self._whole


def _schema(struct: type[msgspec.Struct]) -> dict[str, Any]:
    name = struct.__name__
    if _known.setdefault(name, struct) is not struct:
        raise ValueError(f"two structs of the API are called {name}")
    return {"$ref": PLACE.format(name=name)}


def _path(said: Said) -> Iterable[dict[str, Any]]:
    for name, words in said.path.items():
        yield {"name": name, "in": "path", "required": True, "description": words, "schema": {"type": "string"}}


def _query(said: Said) -> Iterable[dict[str, Any]]:
    if said.query is None:
        return
    schema = msgspec.json.schema_components([said.query])[1][said.query.__name__]
    for name, found in schema["properties"].items():
        yield {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", ()),
            "description": found.pop("description", ""),
            "schema": found,
        }


def _headers(said: Said, method: str) -> Iterable[dict[str, Any]]:
    words = {
        "If-Match": "the ETag that was read; * for whatever it is now",
        "If-None-Match": "* to create what is not there",
        "X-CSRF-Token": "the token of the session; only for requests by cookie",
    }
    names = [*said.condition, *(["X-CSRF-Token"] if method in WRITES and not said.is_open else [])]
    for name in [*names, *said.headers]:
        yield {
            "name": name,
            "in": "header",
            "required": False,
            "description": said.headers.get(name) or words[name],
            "schema": {"type": "string"},
        }


def _answers(said: Said) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for status, (words, struct) in said.answers.items():
        headers: dict[str, Any] = {} if said.is_open else dict(LIMITED)
        if said.etag and status != 204:
            headers["ETag"] = {"description": "the version of what is told", "schema": {"type": "string"}}
        found[str(status)] = {"description": words, "headers": headers}
        if said.media and status == next(iter(said.answers)):
            found[str(status)]["content"] = {kind: {"schema": _shape(kind)} for kind in said.media}
        if struct is not None:
            found[str(status)]["content"] = {JSON: {"schema": _schema(struct)}}
            if said.text:
                found[str(status)]["content"][said.text] = {"schema": {"type": "string"}}
            if said.example is not None and status == next(iter(said.answers)):
                found[str(status)]["content"][JSON]["example"] = said.example
    return found


def _shape(kind: str) -> dict[str, str]:
    return {"type": "object"} if kind.endswith("json") else {"type": "string"}


def _problems(said: Said, method: str) -> dict[str, Any]:
    codes = [*said.problems, "fault", "database_away", "parameter_faulty"]
    if said.body is not None:
        codes += ["body_not_json", "document_too_large", "media_type_unknown", "body_faulty"]
    if said.condition:
        codes += ["precondition_missing", "version_old"]
    if not said.is_open:
        codes += ["key_missing", "key_unknown", "key_not_allowed", "too_many_requests"]
        codes += ["session_unknown"] if said.door.people else []
        codes += ["csrf_missing"] if method in WRITES else []
        codes += ["role_not_allowed"] if said.right_for(method) != "look" else []
    found: dict[str, Any] = {}
    for status in sorted({STATUS[code] for code in codes}):
        listed = sorted({code for code in codes if STATUS[code] == status})
        found[str(status)] = {
            "description": "\n".join(f"- `{code}` {ALL[code].sentence}" for code in listed),
            "content": {MEDIA_TYPE.decode(): {"schema": _schema(Problem)}},
        }
        if status == 429:
            found["429"]["headers"] = {"Retry-After": {"description": "seconds", "schema": {"type": "integer"}}}
    return found
