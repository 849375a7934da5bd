"""Who asks: a key in `Authorization: Bearer …`, looked up by its SHA-256 in the market's snapshot."""

from hashlib import sha256

from outbid.api.wire import Scope as Http
from outbid.api.wire import header
from outbid.core.market.snapshot import Holder, Market

PREFIX = "ob_"


def key_hash(secret: str) -> str:
    """What is kept of a key."""
    return sha256(secret.encode()).hexdigest()


def holder_of(scope: Http, market: Market) -> Holder | str:
    """Whom the request speaks for, or the reason code why nobody."""
    text = header(scope, b"authorization")
    word, _, secret = text.partition(" ")
    if not secret.strip() or word.lower() != "bearer":
        return "key_missing"
    return market.keys.get(key_hash(secret.strip())) or "key_unknown"
