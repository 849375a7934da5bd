"""Keys and seals: what is personal is sealed with the lead's own key, itself wrapped by a master key.

The master key is not in the database. Keys for other purposes are derived from it (HKDF-SHA-256, RFC 5869) under a
name and a version. Sealing is AES-256-GCM with a random 96-bit nonce in front; the lead's id and the purpose are bound.
"""

from collections.abc import Callable
from hashlib import blake2b
from typing import TypeAlias

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
_NONCE_BYTES = 12
KEY_VERSION = 1

LeadKey: TypeAlias = AESGCM
"""A lead's own key, made ready once: its cipher."""


class SealBroken(Exception):
    """What was sealed was altered, or the key is another one."""


class Vault:
    """Wraps leads' keys, seals and opens, and makes the keyed hashes by which persons are found."""

    def __init__(self, master: bytes, noise: Callable[[int], bytes]) -> None:
        if len(master) != KEY_BYTES:
            raise ValueError(f"the master key has {len(master)} bytes; it must have {KEY_BYTES}")
        self._noise = noise
        self._wrapping = AESGCM(_derived(master, b"wrap lead keys"))
        self._house = AESGCM(_derived(master, b"seal secrets"))
        self._person_key = _derived(master, b"hash persons")
        self._buyer_key = _derived(master, b"buyers' references")
        self._request_key = _derived(master, b"hash requests")

    def new_key(self, lead_id: bytes) -> tuple[LeadKey, bytes]:
        """A fresh key for a lead: (key, wrapped)."""
        key = self._noise(KEY_BYTES)
        nonce = self._noise(_NONCE_BYTES)
        return LeadKey(key), nonce + self._wrapping.encrypt(nonce, key, lead_id)

    def unwrap(self, lead_id: bytes, wrapped: bytes) -> LeadKey:
        """A lead's key. Raises SealBroken."""
        return LeadKey(_open(self._wrapping, wrapped, lead_id))

    def seal(self, key: LeadKey, lead_id: bytes, purpose: bytes, plain: bytes) -> bytes:
        """Seal something of a lead for a purpose (`lead`, `notes 3`)."""
        nonce = self._noise(_NONCE_BYTES)
        return nonce + key.encrypt(nonce, plain, lead_id + purpose)

    def open(self, key: LeadKey, lead_id: bytes, purpose: bytes, sealed: bytes) -> bytes:
        """Open what `seal` made. Raises SealBroken."""
        return _open(key, sealed, lead_id + purpose)

    def seal_word(self, name: str, plain: bytes) -> bytes:
        """Seal something of the house, such as a delivery's password, under its name."""
        nonce = self._noise(_NONCE_BYTES)
        return nonce + self._house.encrypt(nonce, plain, name.encode())

    def open_word(self, name: str, sealed: bytes) -> bytes:
        """Open what `seal_word` made. Raises SealBroken."""
        return _open(self._house, sealed, name.encode())

    def person(self, name: str, text: str) -> bytes:
        """The keyed hash of a person's phone or e-mail: the same everywhere in the house, nothing without the key."""
        return blake2b(f"{name}|{text}".encode(), key=self._person_key, digest_size=16).digest()

    def request(self, kind: bytes, content: bytes) -> bytes:
        """The keyed hash of a seller's request: of its body, or of the key that he gave it."""
        return blake2b(kind + content, key=self._request_key, digest_size=16).digest()

    def reference(self, lead_id: bytes, buyer: int) -> str:
        """A buyer's own name for a lead: two buyers cannot tell that theirs is the same."""
        return blake2b(b"%d|" % buyer + lead_id, key=self._buyer_key, digest_size=12).hexdigest()


def _derived(master: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, b"outbid", purpose + b" v%d" % KEY_VERSION).derive(master)


def _open(cipher: AESGCM, sealed: bytes, bound: bytes) -> bytes:
    try:
        return cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound)
    except InvalidTag:
        raise SealBroken("the seal does not open with this key") from None
