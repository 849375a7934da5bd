"""Fields of a lead filled in from any HTTP service: a request made of what is known, values read from its answer."""

from collections.abc import Callable, Generator
from typing import Annotated, Any, Literal

import msgspec

from outbid.core.contract import Ask, Binding, Learned
from outbid.core.dialect.formats.form import form_writer
from outbid.core.dialect.mapping import FLAT, JSON, Entry, compile_mapping
from outbid.core.dialect.reply import Path, compile_path, json_document, said_as
from outbid.core.dialect.sandbox import is_sandbox
from outbid.core.dialect.secrets import Secrets
from outbid.core.dialect.wire import Answer, Failure, Header, Http, Target
from outbid.plugins.deliveries._secrets import check_references, fill_headers, fill_terms, secrets_of, target_of
from outbid.plugins.deliveries._written import check_headers

Table = dict[str, str]
_encode = msgspec.json.Encoder().encode


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One service: where it is, what it is told, and where the values stand in its answer."""

    url: Annotated[str, said_as("where the request goes; its path and query may refer to secrets")]
    method: Annotated[
        Literal["POST", "GET"], said_as("POST sends a body; GET writes everything into the query of the address")
    ] = "POST"
    body: Annotated[Literal["json", "form"], said_as("how a body is written")] = "json"
    headers: Annotated[Table, said_as("headers of the request")] = {}
    request: Annotated[
        dict[str, str | Entry], said_as("from the service's keys to our terms: all that it is told of a lead")
    ] = {}
    reply: Annotated[
        Table,
        said_as("from our fields to paths into the JSON answer, such as `result.places[0].city`"),
    ]
    needs: Annotated[
        tuple[str, ...] | None,
        said_as("fields and facts without which it is not asked; absent: all that the request reads"),
    ] = None
    secrets: Annotated[
        tuple[str, ...],
        said_as(
            "headers, query parameters and keys with a fixed text that are never kept in traffic, beside those that are"
            " called key, token, password, secret or the like"
        ),
    ] = ()


class Bound(msgspec.Struct, frozen=True):
    """Settings compiled once."""

    to: Target
    method: Literal["POST", "GET"]
    headers: tuple[Header, ...]
    told: Callable[[Ask], Any]
    write: Callable[[Any], bytes]
    reply: tuple[tuple[str, Path], ...]
    reads: tuple[str, ...]
    needs: tuple[str, ...]
    secrets: Secrets


def bind(settings: Settings, binding: Binding) -> Bound:
    """Compile the settings. Raises ValueError."""
    check_references(settings, ("url", "headers", "request"))
    if is_sandbox(settings.url):
        raise ValueError("a sandbox plays buyers, not services")
    words = binding.secrets
    headers = fill_headers(settings.headers, words)
    check_headers(headers.items())
    for name in settings.needs or ():
        if name not in binding.known:
            raise ValueError(f"the campaign has no field or fact {name!r}")
    in_form = settings.method == "GET" or settings.body == "form"
    told = compile_mapping(fill_terms(settings.request, words), binding, FLAT if in_form else JSON)
    reads = (*told.reads, *(name for each in told.sometimes for name in each.names))
    write = form_writer() if in_form else _encode
    kind = "application/x-www-form-urlencoded" if in_form else "application/json"
    content = () if settings.method == "GET" else (("Content-Type", kind),)
    return Bound(
        target_of(settings.url, binding.exceptions, words),
        settings.method,
        (*content, *headers.items()),
        told.build,
        write,
        tuple((name, compile_path(path)) for name, path in settings.reply.items()),
        reads,
        told.reads if settings.needs is None else settings.needs,
        secrets_of(settings.secrets, (settings.url,), settings.headers, (settings.request,), write, words),
    )


def gives(bound: Bound) -> tuple[str, ...]:
    """The fields that an answer may fill in."""
    return tuple(name for name, _ in bound.reply)


def needs(bound: Bound) -> tuple[str, ...]:
    """The fields and facts without which the service is not asked."""
    return bound.needs


def reads(bound: Bound) -> tuple[str, ...]:
    """The fields and facts that a request holds."""
    return bound.reads


def secrets(bound: Bound) -> Secrets:
    """What must not be kept of requests."""
    return bound.secrets


def ask(ask: Ask, bound: Bound) -> Generator[Http, Answer, Learned]:
    """Ask once. An answer of 404 or without the values says that nothing is known."""
    answer = yield _request(bound, bound.write(bound.told(ask)))
    if isinstance(answer, Failure):
        return Learned(reason=answer.reason)
    if answer.status == 404:
        return Learned()
    if answer.status >= 400:
        return Learned(reason="service_failed" if answer.status >= 500 else "service_refused")
    document = json_document(answer.body)
    if document is None or answer.status >= 300:
        return Learned(reason="not_understood")
    found = {name: path(document) for name, path in bound.reply}
    return Learned({name: value for name, value in found.items() if value is not None})


def _request(bound: Bound, written: bytes) -> Http:
    to = bound.to
    if bound.method == "POST":
        return Http(to, "POST", bound.headers, written)
    path = f"{to.path}{'&' if '?' in to.path else '?'}{written.decode('ascii')}" if written else to.path
    return Http(Target(to.scheme, to.host, to.port, path, to.exceptions), "GET", bound.headers)
