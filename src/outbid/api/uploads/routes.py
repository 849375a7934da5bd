"""The routes of files of leads, at the operator's door and at the sellers'."""

import tempfile
from collections.abc import AsyncIterator
from functools import partial
from typing import IO, Annotated

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.doors import OPERATOR, Door
from outbid.api.door.refusal import Refused
from outbid.api.instructions.routes import OPERATORS, source_of
from outbid.api.operator.leads.looking import LookWish, may_look
from outbid.api.operator.privacy.meant import put_on_record
from outbid.api.said.description import Said
from outbid.api.said.paging import Limit, Text, id_of
from outbid.api.said.reading import Asked
from outbid.api.uploads.told import UploadLook, UploadPage, UploadTold, bad_lines, looked, results, told
from outbid.core.market.noun import Source as SourceNoun
from outbid.core.market.snapshot import Source
from outbid.core.scope import HOUSE
from outbid.core.upload.columns import ColumnFault
from outbid.core.upload.table import Encoding, Separator, TableFault
from outbid.exchange.uploads.taking import Wish, look, open_file, take
from outbid.store import uploads
from outbid.store.database import Connection
from outbid.store.uploads import LAST, Upload, bad_leads

MOST_BYTES = 256 * 1024 * 1024
IN_MEMORY = 1 << 20
CSV = "text/csv"


class UploadWish(msgspec.Struct, frozen=True):
    """How the file is read."""

    name: Annotated[Text, Meta(description="what people call it")] = ""
    encoding: Annotated[Encoding | None, Meta(description="absent: it is found out")] = None
    separator: Annotated[Separator | None, Meta(description="absent: it is found out")] = None
    columns: Annotated[
        str,
        Meta(
            max_length=20_000,
            description="from columns to fields, as a JSON object; an empty field leaves a column out. Absent: as in"
            " the source's last file, else by their names",
        ),
    ] = ""
    pace: Annotated[int, Meta(ge=2, le=200, description="how many lines a second are sold")] = 10
    look: Annotated[bool, Meta(description="tell how its first lines would be read, and keep nothing")] = False


class UploadsWish(msgspec.Struct, frozen=True):
    """Which page of a list of files."""

    cursor: Annotated[Text, Meta(description="`next` of the page before")] = ""
    limit: Limit = 100


class Uploads:
    """The routes of one door."""

    def __init__(self, desk: Desk, path: str = OPERATORS, door: Door = OPERATOR) -> None:
        self._desk, self._door = desk, door
        self._base = f"{path}/{{slug:str}}/uploads"

    def routes(self) -> list[HTTPRouteHandler]:
        """Send, list, one; its bad lines and its results; stop."""
        path, one = {"slug": "the source"}, {"slug": "the source", "upload": "the file's id"}
        there = ("noun_unknown", "upload_unknown")
        said = partial(Said, door=self._door, for_tests=True)
        sent = said(
            summary="Send a CSV file of leads, to be sold line by line",
            path=path,
            query=UploadWish,
            takes=CSV,
            answers={201: ("it is whole, and is being sold", UploadTold), 200: ("how it would be read", UploadLook)},
            problems=("noun_unknown", "csv_faulty", "columns_faulty", "media_type_unknown", "file_too_large"),
        )
        listed = said(
            summary="List files of leads",
            path=path,
            query=UploadsWish,
            answers={200: ("the newest first", UploadPage)},
            problems=("noun_unknown",),
        )
        read = said(summary="How far a file is", path=one, answers={200: ("the file", UploadTold)}, problems=there)
        stop = said(
            summary="Stop a file: no more lines are sold",
            path=one,
            answers={204: ("it is stopped", None)},
            problems=there,
        )
        words = "The lines of a file that can be mended"
        bad = said(summary=words, path=one, answers={200: (words, None)}, media=(CSV,), problems=there)
        if self._door is OPERATOR:  # what is personal of somebody else's leads: it is looked at with a reason
            bad = msgspec.structs.replace(bad, query=LookWish)
        words = "What became of each line of a file"
        ends = said(summary=words, path=one, answers={200: (words, None)}, media=(CSV,), problems=there)
        file = f"{self._base}/{{upload:str}}"
        return [
            route("POST", self._base, sent, self._send),
            route("GET", self._base, listed, self._list),
            route("GET", file, read, self._read),
            route("DELETE", file, stop, self._stop),
            route("GET", f"{file}/bad", bad, self._bad),
            route("GET", f"{file}/results", ends, self._results),
        ]

    async def _send(self, request: Asked) -> Response[bytes]:
        asked: UploadWish = request.state.query
        wish, source = _wish(asked), source_of(self._desk, request, request.state.asker.scope)
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != CSV:
            raise Refused("media_type_unknown", f"send {CSV}")
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as file:  # without a name, and gone with the request
            await _spool(request, file)
            try:
                return await self._taken(request, source, wish, file)
            except ColumnFault as fault:
                raise Refused("columns_faulty", str(fault)) from None
            except TableFault as fault:
                raise Refused("csv_faulty", str(fault)) from None

    async def _taken(self, request: Asked, source: Source, wish: Wish, file: IO[bytes]) -> Response[bytes]:
        exchange, asker = self._desk.exchange, request.state.asker
        async with self._desk.database() as connection:
            last = await uploads.page(connection, HOUSE, exchange.cell, source.number, LAST, 1)
            before = dict(zip(last[0].header, last[0].means, strict=True)) if last else {}
            opened = open_file(file, source, wish, self._names(source), before)
            if request.state.query.look:
                rows = looked(look(opened, source, exchange.clock.now_ms()))
                columns = dict(zip(opened.header, opened.means, strict=True))
                return answer(UploadLook(opened.encoding, opened.separator, columns, rows))
            upload = await take(exchange, connection, source, opened, wish, by=asker.by, test=asker.test)
        return answer(told(upload, source.slug), 201)

    def _names(self, source: Source) -> dict[str, str]:
        noun = self._desk.exchange.market.nouns["source"][source.slug][1]
        assert isinstance(noun, SourceNoun)
        found = noun.intake.settings.get("names", {})
        return found if isinstance(found, dict) else {}

    async def _list(self, request: Asked) -> Response[bytes]:
        asked: UploadsWish = request.state.query
        scope, cell = request.state.asker.scope, self._desk.exchange.cell
        source = source_of(self._desk, request, scope)
        before = id_of(asked.cursor) or LAST
        async with self._desk.database() as connection:
            found = await uploads.page(
                connection, scope, cell, source.number, before, asked.limit + 1, only_tests=request.state.asker.test
            )
        rows = [told(each, source.slug) for each in found[: asked.limit]]
        return answer(UploadPage(rows, rows[-1].id if len(found) > asked.limit else None))

    async def _read(self, request: Asked) -> Response[bytes]:
        async with self._desk.database() as connection:
            source, upload = await self._one(connection, request)
        return answer(told(upload, source.slug))

    async def _stop(self, request: Asked) -> Response[bytes]:
        async with self._desk.database() as connection:
            _, upload = await self._one(connection, request)
            await uploads.set_state(connection, upload, "stopped", self._desk.exchange.clock.now_ms())
        return answer(None, 204)

    async def _bad(self, request: Asked) -> Response[bytes]:
        async with self._desk.database() as connection:
            _, upload = await self._one(connection, request)
            asker, vault = request.state.asker, self._desk.exchange.vault
            if asker.scope == HOUSE:
                may_look(asker)
                leads = await bad_leads(connection, HOUSE, upload)
                await put_on_record(self._desk, connection, asker, leads, "fields", request.state.query.reason)
            return await _file(bad_lines(connection, asker.scope, vault, upload), "bad")

    async def _results(self, request: Asked) -> Response[bytes]:
        async with self._desk.database() as connection:
            source, upload = await self._one(connection, request)
            return await _file(
                results(connection, request.state.asker.scope, source.campaign.currency, upload), "results"
            )

    async def _one(self, connection: Connection, request: Asked) -> tuple[Source, Upload]:
        """The file that an address names. Raises Refused."""
        scope, exchange = request.state.asker.scope, self._desk.exchange
        source = source_of(self._desk, request, scope)
        try:
            identifier = id_of(request.path_params["upload"])
        except Refused:
            identifier = None
        upload = None if identifier is None else await uploads.one(connection, scope, exchange.cell, identifier)
        hidden = upload is not None and request.state.asker.test and not upload.test
        if upload is None or hidden or upload.source != source.number:
            raise Refused("upload_unknown")
        return source, upload


def _wish(asked: UploadWish) -> Wish:
    try:
        columns = msgspec.json.decode(asked.columns or "{}", type=dict[str, str])
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        raise Refused("parameter_faulty", f"columns: write a JSON object from columns to fields: {error}") from None
    return Wish(name=asked.name, encoding=asked.encoding, separator=asked.separator, columns=columns, pace=asked.pace)


async def _spool(request: Asked, file: IO[bytes]) -> None:
    """The body into a file, part by part. Raises Refused."""
    size = 0
    while True:
        message = await request.receive()
        if message["type"] != "http.request":
            raise Refused("csv_faulty", "the file did not come whole")
        part = message["body"]
        size += len(part)
        if size > MOST_BYTES:
            raise Refused("file_too_large")
        file.write(part)
        if not message["more_body"]:
            return


async def _file(parts: AsyncIterator[bytes], name: str) -> Response[bytes]:
    """A CSV file, to be kept by whoever asked."""
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="{name}.csv"',
        "X-Content-Type-Options": "nosniff",
    }
    return Response(b"".join([part async for part in parts]), media_type=CSV, headers=headers)
