"""The TLS setting of a sender: one for all connections, but for who we are in those that ask for a certificate."""

import asyncio
import ssl
from contextlib import suppress
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

from outbid.core.dialect.certificate import locked
from outbid.core.dialect.wire import Certificate
from outbid.recent import Recent

_REMEMBERED = 256


class Contexts:
    """The usual context, and one for each certificate that we show."""

    def __init__(self, loop: asyncio.AbstractEventLoop, ca_file: str | None) -> None:
        self._loop, self._ca_file = loop, ca_file
        self.usual = tls_context(ca_file)
        self.mail = mail_context(ca_file)
        self._own: Recent[Certificate, asyncio.Future[ssl.SSLContext]] = Recent(_REMEMBERED)

    async def of(self, certificate: Certificate) -> ssl.SSLContext:
        """The context that shows a certificate; made in a thread, for loading authorities is slow.

        Raises ValueError, ssl.SSLError for a certificate that cannot be used.
        """
        making = self._own.get(certificate)
        if making is None or (making.done() and making.exception() is not None):
            making = self._loop.run_in_executor(None, context_with, certificate, self._ca_file)
            self._own.put(certificate, making)
        return await asyncio.shield(making)


def context_with(certificate: Certificate, ca_file: str | None) -> ssl.SSLContext:
    """A context as the usual one that shows a certificate. Raises ValueError, OSError (ssl.SSLError among them).

    The system reads keys from files alone: the key lies there locked, under a word that nobody else ever has.
    """
    pem, word = locked(certificate)
    context = _made(ca_file)
    with TemporaryDirectory(prefix="outbid-") as folder:
        path = Path(folder) / "shown.pem"
        path.write_bytes(pem)
        context.load_cert_chain(path, password=word)
    return context


@lru_cache(maxsize=8)
def tls_context(ca_file: str | None) -> ssl.SSLContext:
    """A context that checks certificate and host name; made once a setting, for loading CAs is slow.

    Trusts the certificates in `ca_file`, else the system's, else those of `certifi` where it is installed.
    Raises OSError (ssl.SSLError among them) for a file that cannot be read.
    """
    return _made(ca_file)


@lru_cache(maxsize=8)
def mail_context(ca_file: str | None) -> ssl.SSLContext:
    """As the usual one, but without the word that HTTP is spoken."""
    return _made(ca_file, ())


def _made(ca_file: str | None, protocols: tuple[str, ...] = ("http/1.1",)) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=ca_file)
    if ca_file is None and not _has_system_certificates(context):
        # Without any, every handshake fails, which is the safe way to find out.
        with suppress(ImportError):
            context.load_verify_locations(import_module("certifi").where())
    if protocols:
        context.set_alpn_protocols(list(protocols))
    return context


def _has_system_certificates(context: ssl.SSLContext) -> bool:
    if context.cert_store_stats()["x509_ca"]:
        return True
    folder = ssl.get_default_verify_paths().capath  # its certificates are read only when needed
    return folder is not None and any(Path(folder).iterdir())
