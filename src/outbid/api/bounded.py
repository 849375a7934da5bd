"""Heads of requests have a bound: uvicorn caps nothing, so a client could send header lines for ever."""

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from outbid.api.problem import MEDIA_TYPE

MOST_HEAD_BYTES = 64 * 1024
_TOO_LARGE = (
    b'{"title":"The head of the request is larger than the exchange accepts.","status":431,"code":"head_too_large",'
    b'"fix":"Send at most 64 KiB of headers.","type":"/v1/reasons#head_too_large"}'
)


def last_answer(status: int, problem: bytes) -> bytes:
    """A whole answer, written out, to a client whose connection ends with it."""
    head = b"content-type: %s\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % (MEDIA_TYPE, len(problem))
    return STATUS_LINE[status] + head + problem


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's protocol, which ends a connection that sends on and on without a head, a body or an end coming of it.

    That holds for heads and for the trailers of chunked bodies alike; bodies are bounded by who reads them.
    """

    _moved = False
    _quiet_bytes = 0

    def data_received(self, data: bytes) -> None:
        """Count the bytes that brought nothing forward."""
        self._moved = False
        super().data_received(data)
        self._quiet_bytes = 0 if self._moved else self._quiet_bytes + len(data)
        if self._quiet_bytes > MOST_HEAD_BYTES and not self.transport.is_closing():
            self.transport.write(last_answer(431, _TOO_LARGE))
            self.transport.close()

    def on_message_begin(self) -> None:
        """A request begins."""
        self._moved = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """A head is whole."""
        self._moved = True
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A part of a body came."""
        self._moved = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        """A request is whole."""
        self._moved = True
        super().on_message_complete()
