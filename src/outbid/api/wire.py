"""The bare ASGI that the hot path speaks: read a bounded body, send a whole answer."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import msgspec

from outbid.api.problem import MEDIA_TYPE, Problem

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = tuple[tuple[bytes, bytes], ...]

MOST_BODY_BYTES = 256 * 1024
MOST_DRAINED_BYTES = 64 * 1024 * 1024
JSON = b"application/json"
_encode = msgspec.json.Encoder().encode


class Gone(Exception):
    """The client hung up before its request was whole."""


class Reply(msgspec.Struct, frozen=True):
    """A whole answer, whichever way it is sent. `more` are headers beside type and length, names in lower case.

    said  what the body tells, before it was written: an answer or a problem
    """

    status: int
    body: bytes
    media_type: bytes = JSON
    more: Headers = ()
    said: Any = None


def reply_json(status: int, value: Any) -> Reply:
    """An answer in JSON."""
    return Reply(status, _encode(value), JSON, (), value)


def reply_problem(problem: Problem, more: Headers = ()) -> Reply:
    """An answer that is a problem."""
    return Reply(problem.status, _encode(problem), MEDIA_TYPE, more, problem)


async def read_body(scope: Scope, receive: Receive, most: int = MOST_BODY_BYTES) -> bytes | None:
    """The whole body, or None if it is larger than allowed; then the rest is read away, so that the answer arrives.

    Raises Gone if the client hung up.
    """
    message = await receive()
    if not message.get("more_body"):
        if message["type"] == "http.disconnect":
            raise Gone
        body: bytes = message.get("body", b"")
        return body if len(body) <= most else None
    parts, size = [message["body"]], len(message["body"])
    while message.get("more_body"):
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        part = message.get("body", b"")
        size += len(part)
        if size <= most:
            parts.append(part)
        elif size > MOST_DRAINED_BYTES:
            return None
    return b"".join(parts) if size <= most else None


def header(scope: Scope, name: bytes) -> str:
    """A request header by lower-case name; empty if it is not there."""
    for key, value in scope["headers"]:
        if key == name:
            text: str = value.decode("latin-1")
            return text
    return ""


async def send_reply(send: Send, reply: Reply) -> None:
    """Send a whole answer."""
    length = b"%d" % len(reply.body)
    headers = [(b"content-type", reply.media_type), (b"content-length", length), *reply.more]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})
