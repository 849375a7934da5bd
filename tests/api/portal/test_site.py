"""The portal's files are sent whole, compressed where that is wanted, and never in the API's place."""

import gzip
from typing import Any

import pytest

from outbid.api.portal.files import accepted_encodings, read_built
from outbid.api.portal.site import NOT_BUILT, Site
from outbid.exchange.clock import noise_source

INDEX = b'<html><meta name="csp-nonce" content="__NONCE__"></html>'


@pytest.fixture
def built(tmp_path):
    assets = tmp_path / "assets"
    assets.mkdir()
    (tmp_path / "index.html").write_bytes(INDEX)
    (tmp_path / "mark.svg").write_bytes(b"<svg/>")
    (assets / "main-1a2b.js").write_bytes(b"let a = 1")
    (assets / "main-1a2b.js.gz").write_bytes(gzip.compress(b"let a = 1"))
    return Site(read_built(tmp_path), noise_source())


def asked(path: str, method: str = "GET", accepts: bytes = b"", wants: bytes = b"text/html,*/*") -> dict[str, Any]:
    headers = [(b"accept-encoding", accepts), (b"accept", wants)]
    return {"type": "http", "method": method, "path": path, "headers": headers}


async def answer(site: Site, scope: dict[str, Any]) -> tuple[dict[bytes, bytes], bytes]:
    sent: list[dict[str, Any]] = []

    async def send(message):
        sent.append(message)

    assert site.takes(scope)
    await site(scope, None, send)  # type: ignore[arg-type]
    assert sent[0]["status"] == 200
    return dict(sent[0]["headers"]), sent[1]["body"]


async def test_a_hashed_file_may_be_kept_for_ever_and_is_sent_compressed(built):
    headers, body = await answer(built, asked("/assets/main-1a2b.js", accepts=b"gzip, deflate"))
    assert b"immutable" in headers[b"cache-control"]
    assert headers[b"content-encoding"] == b"gzip"
    assert gzip.decompress(body) == b"let a = 1"
    assert headers[b"content-length"] == b"%d" % len(body)


async def test_who_accepts_nothing_gets_it_plain(built):
    headers, body = await answer(built, asked("/assets/main-1a2b.js", accepts=b"gzip;q=0"))
    assert b"content-encoding" not in headers
    assert body == b"let a = 1"
    assert headers[b"vary"] == b"accept-encoding"


async def test_every_address_that_is_not_the_apis_is_the_one_page_with_a_nonce_of_its_own(built):
    nonces = set()
    for path in ("/", "/leads", "/leads/ld_000038hbtkoe2tiui6063r215tg82", "/index.html"):
        headers, body = await answer(built, asked(path))
        policy = headers[b"content-security-policy"].decode()
        nonce = body.decode().split('content="')[1].split('"')[0]
        assert f"'nonce-{nonce}'" in policy
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers[b"cache-control"] == b"no-cache"
        nonces.add(nonce)
    assert len(nonces) == 4


async def test_head_tells_the_length_and_sends_nothing(built):
    headers, body = await answer(built, asked("/mark.svg", "HEAD"))
    assert (headers[b"content-length"], body) == (b"6", b"")


@pytest.mark.parametrize("path", ["/v1", "/v1/leads", "/healthz", "/metrics", "/instructions/x", "/assets/gone.js"])
def test_the_api_and_files_that_are_gone_are_not_its(built, path):
    assert not built.takes(asked(path))


def test_a_program_that_is_wrong_about_an_address_is_told_so_by_the_api(built):
    assert not built.takes(asked("/v2/leads", wants=b"*/*"))
    assert built.takes(asked("/", wants=b"*/*"))


def test_it_takes_no_writes(built):
    assert not built.takes(asked("/leads", "POST"))
    assert not built.takes({"type": "websocket", "path": "/"})


async def test_the_page_without_a_portal_says_so_and_leads_to_the_api(tmp_path):
    site = Site(read_built(tmp_path), noise_source())
    _, body = await answer(site, asked("/"))
    assert body == NOT_BUILT
    assert b'href="/v1/schema/openapi.json"' in body
    assert not site.takes(asked("/leads"))


def test_encodings_are_read_as_the_standard_says():
    assert accepted_encodings(b"br;q=0.5, gzip;q=0, GZIP , zstd;q=0.0") == {b"br", b"gzip", b"zstd"} - {b"zstd"}
    assert accepted_encodings(b"") == {b""}
