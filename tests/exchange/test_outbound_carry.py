"""Mails and files at the door: TLS before a password, the word of the server, and addresses as for requests."""

import asyncio
from contextlib import asynccontextmanager

import asyncssh
import pytest
from aiosmtpd.smtp import SMTP, AuthResult

from exchange.test_outbound_tls import Authority
from outbid.core.dialect.wire import Failure, File, Mail, Response, Target
from outbid.exchange.outbound import Outbound


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


async def loopback(host):
    return ["127.0.0.1"]


class Box:
    def __init__(self):
        self.got = []

    async def handle_DATA(self, server, session, envelope):
        self.got.append(envelope.content)
        return "250 queued"


def lets_in(server, session, envelope, mechanism, data):
    return AuthResult(success=(data.login, data.password) == (b"ann", b"word"), handled=False)


@asynccontextmanager
async def post_office(security, context):
    box, loop = Box(), asyncio.get_running_loop()
    more = {"authenticator": lets_in, "auth_require_tls": security != "tls"}
    if security == "starttls":
        more |= {"tls_context": context, "require_starttls": True}
    over_tls = context if security == "tls" else None
    server = await loop.create_server(lambda: SMTP(box, **more), "127.0.0.1", 0, ssl=over_tls)
    box.port = server.sockets[0].getsockname()[1]
    try:
        yield box
    finally:
        server.close()


def mail(box, security, password="word", host="mail.example"):
    target = Target("smtp", host, box.port, "", frozenset({(host, box.port)}))
    body = b"Subject: x\r\n\r\n.\r\nnot the end\r\n"
    return Mail(target, security, "a@house.example", ("b@buyer.example",), body, "ann", password)


async def carried(parcel, seconds=5.0, **more):
    loop = asyncio.get_running_loop()
    sender = Outbound(loop, resolve=loopback, **more)
    try:
        return await sender.ask(parcel, loop.time() + seconds)
    finally:
        await sender.close()


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_mail_goes_over_tls_with_a_password(authority, security):
    async with post_office(security, authority.server("mail.example")) as box:
        answer = await carried(mail(box, security), ca_file=str(authority.file))
        assert isinstance(answer, Response), answer
        assert (answer.status, answer.body, dict(answer.headers)["stage"]) == (250, b"queued", "data")
        assert box.got == [b"Subject: x\r\n\r\n.\r\nnot the end\r\n"], "a point alone in a line ends nothing"
        wrong = await carried(mail(box, security, "other"), ca_file=str(authority.file))
        assert isinstance(wrong, Response), wrong
        assert (wrong.status, dict(wrong.headers)["stage"]) == (535, "auth")


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_server_that_cannot_prove_its_name_gets_nothing(authority, security):
    async with post_office(security, authority.server("other.example")) as box:
        answer = await carried(mail(box, security), ca_file=str(authority.file))
        assert isinstance(answer, Failure), answer
        assert (answer.reason, answer.sent, answer.phase) == ("unreachable", False, "tls")
        assert box.got == []


@pytest.mark.parametrize(
    ("scheme", "port", "words"),
    [("smtp", 80, "none of 25, 465, 587, 2525"), ("sftp", 2222, "none of 22"), ("smtp", 587, "not in the public internet"),
     ("sftp", 22, "not in the public internet")],
)  # fmt: skip
async def test_ports_and_private_addresses_are_refused(scheme, port, words):
    target = Target(scheme, "mail.example", port, "")
    parcel = Mail(target, "none", "a@b.example", ("c@d.example",), b"x") if scheme == "smtp" else None
    answer = await carried(parcel or File(target, "x.csv", b"x", "SHA256:x", "ann", "word"))
    assert isinstance(answer, Failure)
    assert (answer.reason, answer.sent) == ("address_refused", False)
    assert words in answer.detail


async def test_a_server_that_says_nothing_is_given_up_at_the_deadline():
    async def silent(reader, writer):
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    try:
        port = server.sockets[0].getsockname()[1]
        target = Target("smtp", "mail.example", port, "", frozenset({("mail.example", port)}))
        answer = await carried(Mail(target, "none", "a@b.example", ("c@d.example",), b"x"), seconds=0.4)
        assert isinstance(answer, Failure)
        assert (answer.reason, answer.sent) == ("timed_out", False)
    finally:
        server.close()


async def test_a_file_is_laid_down_with_a_key_of_ours(tmp_path):
    host_key, ours = (asyncssh.generate_private_key("ssh-ed25519") for _ in range(2))
    known = asyncssh.import_authorized_keys(ours.export_public_key().decode())
    server = await asyncssh.create_server(
        asyncssh.SSHServer, "127.0.0.1", 0, server_host_keys=[host_key], authorized_client_keys=known,
        sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=str(tmp_path).encode()),
    )  # fmt: skip
    try:
        port = server.sockets[0].getsockname()[1]
        target = Target("sftp", "files.example", port, "/", frozenset({("files.example", port)}))
        for pinned in (host_key.get_fingerprint(), host_key.export_public_key().decode()):
            private = ours.export_private_key().decode()
            answer = await carried(File(target, "x.csv", b"a,b\r\n", pinned, "ann", key=private))
            assert isinstance(answer, Response), answer
            assert answer.status == 250
            assert [path.name for path in tmp_path.iterdir()] == ["x.csv"]
        assert (tmp_path / "x.csv").read_bytes() == b"a,b\r\n"
        other = await carried(File(target, "y.csv", b"", ours.get_fingerprint(), "ann", key=private))
        assert isinstance(other, Failure), other
        assert (other.reason, other.sent) == ("unreachable", False)
    finally:
        server.close()
        await server.wait_closed()


@pytest.mark.parametrize(("says", "stage"), [("250 queued already", "envelope"), ("554 no", "data")])
async def test_a_yes_before_the_message_is_none(says, stage):
    got = []

    async def hasty(reader, writer):
        writer.write(b"220 hello\r\n")
        while line := await reader.readline():
            got.append(line)
            writer.write(f"{says}\r\n".encode() if line == b"DATA\r\n" else b"250 ok\r\n")
        writer.close()

    server = await asyncio.start_server(hasty, "127.0.0.1", 0)
    try:
        port = server.sockets[0].getsockname()[1]
        target = Target("smtp", "mail.example", port, "", frozenset({("mail.example", port)}))
        answer = await carried(Mail(target, "none", "a@b.example", ("c@d.example",), b"the lead"))
        assert isinstance(answer, Response)
        assert (answer.status, dict(answer.headers)["stage"]) == (int(says[:3]), stage)
        assert b"the lead" not in b"".join(got)
    finally:
        server.close()
