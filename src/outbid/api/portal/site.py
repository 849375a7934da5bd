"""Sends the portal: its files by name, and its one page for every address that is not the API's."""

from collections.abc import Callable, Mapping

from outbid.api.portal.files import INDEX, File
from outbid.api.wire import Headers, Receive, Scope, Send

READS = ("GET", "HEAD")
NOT_PAGES = ("/v1", "/healthz", "/readyz", "/metrics", "/instructions")
"""First parts of paths that are the API's."""
NONCE = b"__NONCE__"
"""Stands in the built page where the nonce of each answer goes."""
NONCE_BYTES = 16
POLICY = (
    "default-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; object-src 'none'; base-uri 'none';"
    " form-action 'self'; frame-ancestors 'none'"
)
SAFE: Headers = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
FOR_EVER = b"public, max-age=31536000, immutable"
NOT_BUILT = b"""<!doctype html><html lang="en"><meta charset="utf-8"><title>Outbid</title>
<h1>Outbid is running</h1><p>The portal is not built here: run <code>make portal</code> where Node is, or install the
wheel. The API is at <code>/v1</code>: its description is <a href="/v1/schema/openapi.json">OpenAPI</a>, its reasons are
at <a href="/v1/reasons">/v1/reasons</a>.</p></html>"""
"""The one page of a house without a portal."""


class Site:
    """The portal; where it is not built, a page that says so.

    files  path → file, as `read_built` gives them
    noise  so many bytes that nobody foresees
    """

    def __init__(self, files: Mapping[str, File], noise: Callable[[int], bytes]) -> None:
        self._noise = noise
        self._is_built = bool(files)
        self._files = files or {f"/{INDEX}": File(NOT_BUILT, "text/html", (), is_hashed=False)}

    def takes(self, scope: Scope) -> bool:
        """Is this request the portal's? Without a built portal, only the first page is."""
        if scope["type"] != "http" or scope["method"] not in READS or _is_apis(scope["path"]):
            return False
        if not self._is_built:
            return bool(scope["path"] == "/")
        return scope["path"] in self._files or _is_page(scope)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request that it takes."""
        file = self._files.get(scope["path"])
        if file is None or scope["path"] == f"/{INDEX}":
            headers, body = self._page()
        else:
            headers, body = _file(file, dict(scope["headers"]).get(b"accept-encoding", b""))
        length = (b"content-length", b"%d" % len(body))
        await send({"type": "http.response.start", "status": 200, "headers": [*headers, length, *SAFE]})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    def _page(self) -> tuple[list[tuple[bytes, bytes]], bytes]:
        """The one page, with a nonce of its own for the styles that the library of controls writes."""
        nonce = self._noise(NONCE_BYTES).hex()
        headers = [
            (b"content-type", b"text/html; charset=utf-8"),
            (b"cache-control", b"no-cache"),
            (b"content-security-policy", POLICY.format(nonce=nonce).encode()),
        ]
        return headers, self._files[f"/{INDEX}"].plain.replace(NONCE, nonce.encode())


def _is_page(scope: Scope) -> bool:
    """Is it an address that somebody looks at in a browser? A program that is wrong about an address is told so."""
    if scope["path"] == "/":
        return True
    return "." not in scope["path"].rpartition("/")[2] and b"text/html" in dict(scope["headers"]).get(b"accept", b"")


def _is_apis(path: str) -> bool:
    return any(path == part or path.startswith(f"{part}/") for part in NOT_PAGES)


def _file(file: File, accepted: bytes) -> tuple[list[tuple[bytes, bytes]], bytes]:
    encoding, body = file.best(accepted)
    headers = [
        (b"content-type", file.media_type.encode()),
        (b"cache-control", FOR_EVER if file.is_hashed else b"no-cache"),
        (b"vary", b"accept-encoding"),
    ]
    return headers + ([(b"content-encoding", encoding)] if encoding else []), body
