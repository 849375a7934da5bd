"""Signed webhooks (standardwebhooks.com, version 1: HMAC-SHA256 over id, timestamp and body)."""

import base64
import hmac
from hashlib import sha256

from outbid.core.dialect.wire import Header, Http, Target

ID = "webhook-id"
"""The header that names a message: the same, however often it is sent."""


def webhook(to: Target, secret: str, identifier: str, seconds: int, body: bytes) -> Http:
    """A message with its signature. `seconds`: when it is sent, as Unix time."""
    headers = (
        ("content-type", "application/json"),
        (ID, identifier),
        *signature_of(key_of(secret), identifier, seconds, body),
    )
    return Http(to, "POST", (), body, headers)


def signature_of(key: bytes, identifier: str, seconds: int, body: bytes) -> tuple[Header, ...]:
    """The headers that sign a message."""
    signed = b"%b.%d.%b" % (identifier.encode(), seconds, body)
    signature = base64.b64encode(hmac.digest(key, signed, sha256)).decode()
    return (("webhook-timestamp", str(seconds)), ("webhook-signature", f"v1,{signature}"))


def key_of(secret: str) -> bytes:
    """The key in a secret: what follows `whsec_` is base64; any other text is taken as it is."""
    if secret.startswith("whsec_"):
        try:
            return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except ValueError:
            return secret.encode()
    return secret.encode()
