"""Client certificates of TLS: read, checked, and written as the system wants them. PEM may stand in one line."""

import re
from typing import Any

from outbid.core.dialect.wire import Certificate

PEM = "-----BEGIN "
"""How it begins."""
_BLOCK = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \1-----", re.DOTALL)
_LINE = 64


def one_line(text: str) -> str:
    """PEM as a text without line ends, which a secret can be; any other text as it is."""
    return " ".join(text.split()) if text.lstrip().startswith(PEM) else text


def unfit_chain(chain: str) -> str:
    """Why a text is no certificate; empty if it is one."""
    try:
        _chain(chain)
    except ValueError as error:
        return str(error)
    return ""


def unfit_pair(certificate: Certificate) -> str:
    """Why a certificate and a key cannot be used together; empty if they can."""
    try:
        _pair(certificate)
    except ValueError as error:
        return str(error)
    return ""


def locked(certificate: Certificate) -> tuple[bytes, bytes]:
    """Certificate and key as one PEM file in which the key is encrypted, and the word that opens it.

    Raises ValueError.
    """
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.hashes import SHA256, Hash

    chain, key = _pair(certificate)
    hashed = Hash(SHA256())
    hashed.update(certificate.key.encode())
    word = hashed.finalize().hex().encode()  # who knows it has the key
    encryption = serialization.BestAvailableEncryption(word)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)
    return b"".join([pem, *(part.public_bytes(serialization.Encoding.PEM) for part in chain)]), word


def _pair(certificate: Certificate) -> tuple[list[Any], Any]:
    from cryptography.hazmat.primitives import serialization

    chain = _chain(certificate.certificate)
    try:
        key: Any = serialization.load_pem_private_key(_wrapped(certificate.key, "PRIVATE KEY").encode(), None)
    except TypeError:
        raise ValueError("the key is locked with a password: write it without one") from None
    except ValueError:
        raise ValueError("the key cannot be read: it is PEM, from -----BEGIN PRIVATE KEY----- to its end") from None
    if chain[0].public_key() != key.public_key():
        raise ValueError("the key does not fit the certificate: it belongs to another one")
    return chain, key


def _chain(text: str) -> list[Any]:
    from cryptography import x509

    try:
        return x509.load_pem_x509_certificates(_wrapped(text, "CERTIFICATE").encode())
    except ValueError:
        raise ValueError(
            "the certificate cannot be read: it is PEM, from -----BEGIN CERTIFICATE----- to its end"
        ) from None


def _wrapped(text: str, wanted: str) -> str:
    """The PEM blocks of a kind in lines of the usual length, however they came."""
    return "\n".join(
        "\n".join((f"-----BEGIN {name}-----", *_lines("".join(body.split())), f"-----END {name}-----", ""))
        for name, body in _BLOCK.findall(text)
        if name.endswith(wanted)
    )


def _lines(body: str) -> list[str]:
    return [body[at : at + _LINE] for at in range(0, len(body), _LINE)]
