"""Heads of requests have a bound: uvicorn caps nothing, so a client could send header lines for ever."""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_HEAD_BYTES = 64 * 1024
_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\nContent-Type: application/problem+json\r\n"
    b"Connection: close\r\nContent-Length: %d\r\n\r\n%s"
)
_BODY = b'{"title":"The head of the request is too large.","status":431,"code":"head_too_large"}'


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's protocol, which ends a connection whose head passes the bound."""

    _in_head = False
    _head_bytes = 0

    def data_received(self, data: bytes) -> None:
        """Count what belongs to a head; what comes with the rest of a request is bounded elsewhere."""
        super().data_received(data)
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > MOST_HEAD_BYTES and not self.transport.is_closing():
                self.transport.write(_TOO_LARGE % (len(_BODY), _BODY))
                self.transport.close()

    def on_message_begin(self) -> None:
        """A head begins."""
        self._in_head, self._head_bytes = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The head was within its bound."""
        self._in_head = False
        super().on_headers_complete()
