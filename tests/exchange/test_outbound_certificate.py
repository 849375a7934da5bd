"""Who we are in TLS: a server that asks for a certificate, real handshakes, and certificates made here."""

import ssl

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from msgspec.structs import replace

from exchange.test_outbound_errand import TokenServer
from exchange.test_outbound_rig import is_ok, on_both_loops
from exchange.test_outbound_tls import Authority, answer_always, certificate, loopback
from outbid.core.dialect.certificate import one_line, unfit_chain, unfit_pair
from outbid.core.dialect.wire import Certificate, OAuth2, Way

LOCK = serialization.BestAvailableEncryption(b"a word")
NO_LOCK = serialization.NoEncryption()
PKCS8, OPENSSL = serialization.PrivateFormat.PKCS8, serialization.PrivateFormat.TraditionalOpenSSL


def pem_of(key, form=PKCS8, lock=NO_LOCK):
    return key.private_bytes(serialization.Encoding.PEM, form, lock).decode()


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def ours(authority):
    """Our certificate and key, as one who asked the authority gets them."""
    key = ec.generate_private_key(ec.SECP256R1())
    made = certificate("our house", key, authority.root.subject, authority.key, [])
    return Certificate(made.public_bytes(serialization.Encoding.PEM).decode(), pem_of(key))


def asking(authority, most=ssl.TLSVersion.TLSv1_3):
    context = authority.server("buyer.example")
    context.verify_mode = ssl.CERT_REQUIRED
    context.maximum_version = most
    context.load_verify_locations(authority.file)
    return context


def shown(rig, peer, certificate):
    http = rig.http(peer, host="buyer.example", scheme="https")
    return replace(http, way=Way(certificate=certificate))


@on_both_loops
async def test_a_certificate_is_shown_to_who_asks_and_connections_are_kept(rig, authority, ours):
    peer = await rig.serve(answer_always, asking(authority))
    sender = rig.outbound(ca_file=str(authority.file), resolve=loopback)
    in_one_line = replace(ours, certificate=one_line(ours.certificate), key=one_line(ours.key))
    for certificate_ in (ours, ours, in_one_line):
        is_ok(await rig.ask(sender, shown(rig, peer, certificate_)))
    assert len(peer.wires) == 2, "one connection for each certificate as it is written"


@on_both_loops
async def test_connections_with_and_without_a_certificate_are_apart(rig, authority, ours):
    context = asking(authority)
    context.verify_mode = ssl.CERT_OPTIONAL
    names = []

    async def script(wire):
        while True:
            await wire.reply()
            names.append(wire.writer.get_extra_info("peercert"))

    peer = await rig.serve(script, context)
    sender = rig.outbound(ca_file=str(authority.file), resolve=loopback)
    is_ok(await rig.ask(sender, rig.http(peer, host="buyer.example", scheme="https")))
    is_ok(await rig.ask(sender, shown(rig, peer, ours)))
    is_ok(await rig.ask(sender, rig.http(peer, host="buyer.example", scheme="https")))
    await rig.eventually(lambda: len(names) == 3)
    assert [bool(name) for name in names] == [False, True, False]
    assert {bool(key.certificate) for key in sender.stats()} == {False, True}


@on_both_loops
async def test_without_the_certificate_nothing_is_answered(rig, authority, ours):
    peer = await rig.serve(answer_always, asking(authority, ssl.TLSVersion.TLSv1_2))
    sender = rig.outbound(ca_file=str(authority.file), resolve=loopback)
    answer = await rig.ask(sender, rig.http(peer, host="buyer.example", scheme="https"))
    assert (answer.reason, answer.sent) == ("unreachable", False)
    assert not peer.requests


@on_both_loops
async def test_a_key_that_does_not_fit_leaves_the_request_unsent(rig, authority, ours):
    peer = await rig.serve(answer_always, asking(authority))
    sender = rig.outbound(ca_file=str(authority.file), resolve=loopback)
    other = pem_of(ec.generate_private_key(ec.SECP256R1()))
    answer = await rig.ask(sender, shown(rig, peer, replace(ours, key=other)))
    assert (answer.reason, answer.sent) == ("unreachable", False)
    assert "does not fit the certificate" in answer.detail
    is_ok(await rig.ask(sender, shown(rig, peer, ours)))


@on_both_loops
async def test_a_token_server_may_ask_for_the_certificate_too(rig, authority, ours):
    server = TokenServer()
    server.peer = await rig.serve(server._script, asking(authority))
    peer = await rig.serve(answer_always, asking(authority))
    sender = rig.outbound(ca_file=str(authority.file), resolve=loopback)
    client = OAuth2(shown(rig, server.peer, ours))
    http = shown(rig, peer, ours)
    is_ok(await rig.ask(sender, replace(http, way=replace(http.way, sign_in=client))))
    assert b"Bearer token-1" in peer.requests[0]


def test_certificate_and_key_are_checked_before_they_are_used(authority, ours):
    other = ec.generate_private_key(ec.SECP256R1())
    assert unfit_pair(ours) == unfit_chain(ours.certificate) == ""
    assert unfit_pair(replace(ours, certificate=one_line(ours.certificate), key=one_line(ours.key))) == ""
    assert "does not fit" in unfit_pair(replace(ours, key=pem_of(other)))
    assert "without one" in unfit_pair(replace(ours, key=pem_of(other, lock=LOCK)))
    assert "the key cannot be read" in unfit_pair(replace(ours, key="hunter2"))
    assert "the certificate cannot be read" in unfit_chain("-----BEGIN CERTIFICATE----- MIIB -----END CERTIFICATE-----")
    assert "the certificate cannot be read" in unfit_chain(ours.key)
    for key, form in ((rsa.generate_private_key(65537, 2048), OPENSSL), (other, OPENSSL), (other, PKCS8)):
        made = certificate("our house", key, authority.root.subject, authority.key, [])
        pem = made.public_bytes(serialization.Encoding.PEM).decode()
        assert unfit_pair(Certificate(pem, one_line(pem_of(key, form)))) == ""
