"""The portal as the build left it: read into memory once, each file with its compressed twins."""

import mimetypes
from pathlib import Path

import msgspec

BUILT = Path(__file__).parents[2] / "web"
"""Where `make portal` and the wheel put it."""
INDEX = "index.html"
TWINS = ((b"br", ".br"), (b"gzip", ".gz"))
"""Encodings, the best first, and what their files end with."""
TYPES = {".woff2": "font/woff2", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}


class File(msgspec.Struct, frozen=True):
    """One file.

    plain      its bytes
    twins      encoding → the same bytes compressed, the best first
    is_hashed  its name changes with its content, so it may be kept for ever
    """

    plain: bytes
    media_type: str
    twins: tuple[tuple[bytes, bytes], ...]
    is_hashed: bool

    def best(self, accepted: bytes) -> tuple[bytes, bytes]:
        """The encoding to send and the bytes, for what a client says it accepts; empty for none."""
        offered = accepted_encodings(accepted)
        return next(((name, body) for name, body in self.twins if name in offered), (b"", self.plain))


def accepted_encodings(header: bytes) -> set[bytes]:
    """What Accept-Encoding names and does not forbid (RFC 9110, 12.5.3)."""
    found = set()
    for part in header.lower().split(b","):
        name, _, weight = part.partition(b";")
        if weight.strip().removeprefix(b"q=").strip(b"0.") or not weight:
            found.add(name.strip())
    return found


def read_built(folder: Path = BUILT) -> dict[str, File]:
    """Path under the site → file; empty where nothing is built."""
    if not (folder / INDEX).exists():
        return {}
    endings = tuple(ending for _, ending in TWINS)
    return {
        f"/{path.relative_to(folder).as_posix()}": _read(path, folder)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith(endings)
    }


def _read(path: Path, folder: Path) -> File:
    kind = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    twins = [(name, path.with_name(path.name + ending)) for name, ending in TWINS]
    return File(
        path.read_bytes(),
        kind,
        tuple((name, twin.read_bytes()) for name, twin in twins if twin.exists()),
        path.is_relative_to(folder / "assets"),
    )
