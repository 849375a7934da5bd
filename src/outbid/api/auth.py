"""Who asks: a key in `Authorization: Bearer …`, looked up by its SHA-256 in the market's snapshot."""

from collections.abc import Callable
from hashlib import sha256

from outbid.api.wire import Scope as Http
from outbid.api.wire import header
from outbid.core.market.noun import Key
from outbid.core.market.snapshot import Holder, Market
from outbid.core.scope import Scope

PREFIX = "ob_"
ID_BYTES = 4
SECRET_BYTES = 16


def key_hash(secret: str) -> str:
    """What is kept of a key."""
    return sha256(secret.encode()).hexdigest()


def new_key(
    holder: str, owner: str, noise: Callable[[int], bytes], *, name: str = "", test: bool = False
) -> tuple[Key, str]:
    """A key and its secret (128 random bits)."""
    slug = noise(ID_BYTES).hex()
    secret = f"{PREFIX}{slug}_{noise(SECRET_BYTES).hex()}"
    return Key(slug=slug, name=name, holder=holder, owner=owner, hash=key_hash(secret), test=test), secret  # type: ignore[arg-type]


def key_of(scope: Http) -> str:
    """The hash of the key that a request brings; empty if it brings none."""
    word, _, secret = header(scope, b"authorization").partition(" ")
    secret = secret.strip()
    return key_hash(secret) if secret and word.lower() == "bearer" else ""


def scope_of(holder: Holder) -> Scope:
    """What a key's holder may see."""
    return Scope(holder.kind, holder.number)  # type: ignore[arg-type]


def holder_of(key: str, market: Market) -> Holder | str:
    """Whom a key, given as its hash, speaks for now; or the reason code why for nobody."""
    if not key:
        return "key_missing"
    return market.keys.get(key) or "key_unknown"
