"""What OpenAPI says of sources' own addresses, which are answered before the framework sees them."""

from typing import Annotated, Any

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import Parameter

from outbid.api.said.description import amended

FORM = "application/x-www-form-urlencoded"
ANY = {"schema": {"description": "in the words of the source's dialect"}}
WORDS = (
    "What the source's intake says: a lead, a ping, several of them, a message. Where the key stands, what tells a ping"
    " from a post, what fields are called and how the answer reads is set on the source, under `intake`. The end of the"
    " address is free, for software whose paths are fixed. Without answers of its own a source answers as `/v1/leads`."
)
_BODIES = {"required": False, "content": dict.fromkeys(("application/json", FORM, "application/xml"), ANY)}
_CODES = {
    "200": "told in the words of the source, or as at `/v1/leads`",
    "202": "pending, unless the source says it otherwise",
    "400": "the request cannot be read",
    "401": "no key or signature, or a wrong one",
    "403": "the key is of another source, or the source is closed",
    "404": "there is no such source, or it has no address of its own",
    "405": "the source is not spoken to by this method",
    "413": "the body is too large",
    "415": "the body is of another type",
    "422": "refused, unless the source says it otherwise",
    "503": "send it again after Retry-After",
}
_TOLD: dict[str, Any] = {
    "security": [{"key": []}, {}],
    "responses": {code: {"description": words} for code, words in _CODES.items()},
}
Source = Annotated[str, Parameter(description="the source, by its slug")]
Rest = Annotated[str, Parameter(description="whatever the seller's software puts there")]


@post(
    "/v1/in/{source:str}",
    summary="Speak to a source in its seller's tongue",
    description=WORDS,
    operation_class=amended(_TOLD | {"requestBody": _BODIES}),
)
async def said_by_post(source: Source) -> None:
    """Stands here for the description alone."""
    raise NotFoundException


@post(
    "/v1/in/{source:str}/{rest:str}",
    summary="Speak to a source at an address of its seller's software",
    description=WORDS,
    operation_class=amended(_TOLD | {"requestBody": _BODIES}),
)
async def said_by_post_at(source: Source, rest: Rest) -> None:
    """Stands here for the description alone."""
    raise NotFoundException


@get(
    "/v1/in/{source:str}",
    summary="Speak to a source by a query, or answer a platform's challenge",
    description=WORDS,
    operation_class=amended(_TOLD),
)
async def said_by_query(source: Source) -> None:
    """Stands here for the description alone."""
    raise NotFoundException


@get(
    "/v1/in/{source:str}/{rest:str}",
    summary="Speak to a source by a query, at an address of its seller's software",
    description=WORDS,
    operation_class=amended(_TOLD),
)
async def said_by_query_at(source: Source, rest: Rest) -> None:
    """Stands here for the description alone."""
    raise NotFoundException


SPOKEN: list[HTTPRouteHandler] = [said_by_post, said_by_post_at, said_by_query, said_by_query_at]
