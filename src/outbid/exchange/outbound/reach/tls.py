"""The one TLS setting of a sender."""

import ssl
from contextlib import suppress
from functools import lru_cache
from importlib import import_module
from pathlib import Path


@lru_cache(maxsize=8)
def tls_context(ca_file: str | None) -> ssl.SSLContext:
    """A context that checks certificate and host name; made once a setting, for loading CAs is slow.

    Trusts the certificates in `ca_file`, else the system's, else those of `certifi` where it is installed.
    Raises OSError (ssl.SSLError among them) for a file that cannot be read.
    """
    context = ssl.create_default_context(cafile=ca_file)
    if ca_file is None and not _has_system_certificates(context):
        # Without any, every handshake fails, which is the safe way to find out.
        with suppress(ImportError):
            context.load_verify_locations(import_module("certifi").where())
    context.set_alpn_protocols(["http/1.1"])
    return context


def _has_system_certificates(context: ssl.SSLContext) -> bool:
    if context.cert_store_stats()["x509_ca"]:
        return True
    folder = ssl.get_default_verify_paths().capath  # its certificates are read only when needed
    return folder is not None and any(Path(folder).iterdir())
