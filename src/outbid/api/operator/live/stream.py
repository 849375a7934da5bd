"""The stream of ticks: server-sent events that go on where a client was told last."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.response import Stream
from msgspec import Meta

from outbid.api.auth import key_of
from outbid.api.door.asking import Asker, token_of
from outbid.api.door.desk import Desk, route
from outbid.api.door.refusal import Refused
from outbid.api.operator.live.hub import Hub, Listener, event_of
from outbid.api.operator.live.ticks import SECOND_MS, Tick
from outbid.api.said.description import Said
from outbid.api.said.instants import ms_of
from outbid.api.said.paging import Text
from outbid.api.said.reading import Asked

PATH = "/v1/stream"
HEARTBEAT_S = 10.0
HEARTBEAT = b": alive\n\n"
BEGIN = b"retry: 1000\n\n"
MEDIA_TYPE = "text/event-stream"


class StreamWish(msgspec.Struct, frozen=True):
    """Which ticks."""

    campaign: Annotated[Text | None, Meta(description="only of this campaign, by slug")] = None
    after: Annotated[
        Text, Meta(description="`id` of the last tick that is known, for who cannot send Last-Event-ID at first")
    ] = ""


class End(msgspec.Struct, frozen=True):
    """Why a stream ends: `leaving` (the process ends), `signed_out`, `slow` (too many ticks wait), `fault`."""

    why: str


class Streamed:
    """The route of the stream."""

    def __init__(self, desk: Desk, hub: Hub) -> None:
        self._desk, self._hub = desk, hub

    def routes(self) -> list[HTTPRouteHandler]:
        """Listen."""
        said = Said(
            summary="What happens, second by second",
            query=StreamWish,
            answers={200: ("server-sent events: a `tick` a second, `gap`, and `end` with why", None)},
            problems=("streams_full",),
            media=(MEDIA_TYPE,),
            also=(Tick,),
            headers={"Last-Event-ID": "the `id` of the tick that was told last: those since are told first"},
        )
        return [route("GET", PATH, said, self._stream)]

    async def _stream(self, request: Asked) -> Response[Any]:
        asked: StreamWish = request.state.query
        if self._desk.exchange.leaving:
            raise Refused("streams_full", "this process is ending", headers={"Retry-After": "1"})
        asker: Asker = request.state.asker
        token = token_of(request) if asker.kind == "user" else ""
        key = key_of(request.scope) if asker.kind == "key" else ""  # type: ignore[arg-type]
        listener = Listener(campaign_of(self._desk, asked.campaign), token, key, self._desk.now())
        missed = await self._hub.join(listener, last_of(request.headers.get("last-event-id", "") or asked.after))
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return Stream(self._events(listener, missed), media_type=MEDIA_TYPE, headers=headers)

    async def _events(self, listener: Listener, missed: list[bytes]) -> AsyncIterator[bytes]:
        listener.began = True
        try:
            yield BEGIN
            for event in missed:
                yield event
            while (event_ := await listener.next(HEARTBEAT_S)) is not None:
                yield event_ or HEARTBEAT
            yield event_of("end", End(listener.over))
        finally:
            self._hub.leave(listener)


def campaign_of(desk: Desk, slug: str | None) -> int | None:
    """The number of the campaign that a parameter names. Raises Refused if there is none now."""
    if slug is None:
        return None
    number, _ = desk.exchange.market.nouns.get("campaign", {}).get(slug, (None, None))
    if number is None:
        raise Refused("parameter_faulty", f"campaign: there is no campaign {slug!r}")
    return number


def last_of(text: str) -> int | None:
    """The second that a client was told last. Raises Refused."""
    if not text:
        return None
    try:
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is None:
            raise ValueError("an instant names its zone")
        return ms_of(instant) // SECOND_MS * SECOND_MS
    except (ValueError, OverflowError):
        raise Refused("parameter_faulty", "Last-Event-ID, after: send the `id` of an event as it was told") from None
