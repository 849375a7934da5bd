import asyncio
import datetime
import ipaddress
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from exchange.test_outbound_rig import OK, failed, is_ok, on_both_loops
from outbid.exchange.outbound import Outbound
from outbid.exchange.outbound.reach.tls import tls_context

NOW = datetime.datetime.now(datetime.UTC)


def certificate(name, subject_key, issuer, issuer_key, extensions):
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(issuer or x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .public_key(subject_key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - datetime.timedelta(hours=1))
        .not_valid_after(NOW + datetime.timedelta(hours=1))
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(issuer_key, hashes.SHA256())


class Authority:
    """A certificate authority made for the tests, and a server's context under it."""

    def __init__(self, folder):
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        signs = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
        identifier = x509.SubjectKeyIdentifier.from_public_key(self.key.public_key())
        basics = [(x509.BasicConstraints(True, None), True), (signs, True), (identifier, False)]
        self.root = certificate("Outbid test authority", self.key, None, self.key, basics)
        self.file = folder / "authority.pem"
        self.file.write_bytes(self.root.public_bytes(serialization.Encoding.PEM))

    def server(self, *names):
        key = ec.generate_private_key(ec.SECP256R1())
        alternatives = [x509.DNSName(n) if n[0].isalpha() else x509.IPAddress(ipaddress.ip_address(n)) for n in names]
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        extensions = [(x509.SubjectAlternativeName(alternatives), False), (identifier, False)]
        leaf = certificate(names[0], key, self.root.subject, self.key, extensions)
        path = self.folder / f"{names[0]}.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path.write_bytes(private + leaf.public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        self.names_asked = []
        context.sni_callback = lambda socket, name, context: self.names_asked.append(name)
        return context


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


async def loopback(host):
    return ["127.0.0.1"]


async def answer_always(wire):
    while True:
        await wire.reply()


@on_both_loops
async def test_a_request_over_tls_names_the_host_and_reuses_the_connection(rig, authority):
    peer = await rig.serve(answer_always, authority.server("buyer.example"))
    sender = rig.outbound(ca_file=str(authority.file), resolve=loopback)
    for fresh in (False, True, False):
        is_ok(await rig.ask(sender, rig.http(peer, host="buyer.example", scheme="https"), fresh=fresh))
    assert authority.names_asked == ["buyer.example"]
    assert len(peer.wires) == 1


@on_both_loops
async def test_a_certificate_for_another_host_is_unreachable_and_nothing_is_sent(rig, authority):
    peer = await rig.serve(answer_always, authority.server("other.example"))
    sender = rig.outbound(ca_file=str(authority.file), resolve=loopback)
    failed(await rig.ask(sender, rig.http(peer, host="buyer.example", scheme="https")), "unreachable", False, "tls")
    await asyncio.sleep(0.02)
    assert not peer.requests


@on_both_loops
async def test_a_certificate_of_an_unknown_authority_is_unreachable_and_nothing_is_sent(rig, authority):
    peer = await rig.serve(answer_always, authority.server("buyer.example"))
    sender = rig.outbound(resolve=loopback)
    failed(await rig.ask(sender, rig.http(peer, host="buyer.example", scheme="https")), "unreachable", False, "tls")
    await asyncio.sleep(0.02)
    assert not peer.requests


@on_both_loops
async def test_an_address_is_checked_against_the_addresses_in_the_certificate(rig, authority):
    good = await rig.serve(answer_always, authority.server("127.0.0.1"))
    bad = await rig.serve(answer_always, authority.server("127.0.0.2"))
    sender = rig.outbound(ca_file=str(authority.file))
    is_ok(await rig.ask(sender, rig.http(good, scheme="https")))
    failed(await rig.ask(sender, rig.http(bad, scheme="https")), "unreachable", False, "tls")


@on_both_loops
async def test_a_server_that_speaks_no_tls_is_unreachable_and_nothing_is_sent(rig, authority):
    async def script(wire):
        await wire.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        wire.half_close()

    peer = await rig.serve(script)
    sender = rig.outbound(ca_file=str(authority.file))
    failed(await rig.ask(sender, rig.http(peer, scheme="https")), "unreachable", False, "tls")


@on_both_loops
async def test_a_handshake_that_hangs_times_out_as_not_sent_and_closes_the_socket(rig, authority):
    async def script(wire):
        await wire.closed()

    peer = await rig.serve(script)
    sender = rig.outbound(ca_file=str(authority.file))
    failed(await rig.ask(sender, rig.http(peer, scheme="https"), 0.2), "timed_out", False, "tls")
    await rig.eventually(lambda: peer.gone == 1)


@on_both_loops
async def test_a_close_within_the_handshake_is_not_sent(rig, authority):
    async def script(wire):
        wire.abort()

    peer = await rig.serve(script)
    sender = rig.outbound(ca_file=str(authority.file))
    failed(await rig.ask(sender, rig.http(peer, scheme="https")), "unreachable", False, "tls")


@on_both_loops
async def test_timeout_cut_and_cap_over_tls_are_sent(rig, authority):
    async def script(wire):
        request = await wire.request()
        if request.endswith(b"cut"):
            wire.abort()
        elif request.endswith(b"big"):
            await wire.write(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 200)
        elif request.endswith(b"eof"):
            await wire.write(b"HTTP/1.1 200 OK\r\n\r\nhello")
            wire.writer.close()
        await wire.closed()

    peer = await rig.serve(script, authority.server("127.0.0.1"))
    sender = rig.outbound(ca_file=str(authority.file), body_bytes=100)
    requests = [rig.http(peer, scheme="https", body=body) for body in (b"hang", b"cut", b"big", b"eof")]
    answers = await sender.round(requests, rig.loop.time() + 0.3)
    failed(answers[0], "timed_out", True, "wait")
    failed(answers[1], "cut_off", True)
    failed(answers[2], "too_large", True)
    is_ok(answers[3], b"hello")
    assert not any(counts.open for counts in sender.stats().values())
    await rig.eventually(lambda: peer.gone == 4)


@on_both_loops
async def test_http_and_https_do_not_share_connections(rig, authority):
    plain, encrypted = await rig.serve_replies(OK), await rig.serve_replies(OK, context=authority.server("127.0.0.1"))
    sender = rig.outbound(ca_file=str(authority.file))
    is_ok(await rig.ask(sender, rig.http(plain)))
    is_ok(await rig.ask(sender, rig.http(encrypted, scheme="https")))
    assert {key.scheme for key in sender.stats()} == {"http", "https"}


def test_a_context_is_made_once_for_each_setting(authority):
    assert tls_context(str(authority.file)) is tls_context(str(authority.file))
    assert tls_context(None) is tls_context(None)
    assert tls_context(None) is not tls_context(str(authority.file))
    assert tls_context(None).check_hostname
    assert tls_context(None).verify_mode is ssl.CERT_REQUIRED


def test_certifi_is_used_where_the_system_has_no_certificates(monkeypatch, tmp_path):
    pytest.importorskip("certifi")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "missing.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    tls_context.cache_clear()
    try:
        assert tls_context(None).cert_store_stats()["x509_ca"] > 0
    finally:
        tls_context.cache_clear()


def test_a_missing_file_of_certificates_is_told_at_once(tmp_path):
    with asyncio.Runner() as runner, pytest.raises(OSError):
        Outbound(runner.get_loop(), ca_file=str(tmp_path / "missing.pem"))
