"""Keys and seals: what is personal is sealed with the lead's own key, itself wrapped by a master key.

The master key is not in the database. Keys for other purposes are derived from it (HKDF-SHA-256, RFC 5869) under a
name and a version. Sealing is AES-256-GCM with a random 96-bit nonce in front; the lead's id and the purpose are bound.

While the master key is changed there are two. What either has sealed opens, and one of them seals. Keyed hashes stay
what they were under the first one, or nobody would be found again: see `key_check`.
"""

from collections.abc import Callable, Mapping
from hashlib import blake2b
from typing import TypeAlias

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
_NONCE_BYTES = 12
_HASHES = (b"hash persons", b"buyers' references", b"hash requests")

LeadKey: TypeAlias = AESGCM
"""A lead's own key, made ready once: its cipher."""


class SealBroken(Exception):
    """What was sealed was altered, or the key is another one."""


class Vault:
    """Wraps leads' keys, seals and opens, and makes the keyed hashes by which persons are found."""

    def __init__(self, masters: Mapping[int, bytes], noise: Callable[[int], bytes]) -> None:
        """`masters` are the master keys by number. Before the database has said otherwise the newest one seals."""
        for master in masters.values():
            if len(master) != KEY_BYTES:
                raise ValueError(f"the master key has {len(master)} bytes; it must have {KEY_BYTES}")
        self._noise = noise
        self._masters = {number: masters[number] for number in sorted(masters, reverse=True)}
        self._wrapping = {n: AESGCM(_derived(key, b"wrap lead keys")) for n, key in self._masters.items()}
        self._house = {n: AESGCM(_derived(key, b"seal secrets")) for n, key in self._masters.items()}
        self.newest = next(iter(self._masters))
        self.use(self.newest, self.newest)

    def use(self, number: int, ready: int, hash_keys: bytes | None = None) -> None:
        """From now on seal with the master key of this number, and hash with these keys, or with those that it gives.

        `ready` is the newest key at hand that the database has been told of.
        """
        self.in_use, self.ready = number, ready
        self.hash_keys = hash_keys or b"".join(_derived(self._masters[number], purpose) for purpose in _HASHES)
        self._person_key, self._buyer_key, self._request_key = (
            self.hash_keys[at : at + KEY_BYTES] for at in range(0, len(self.hash_keys), KEY_BYTES)
        )

    def new_key(self, lead_id: bytes) -> tuple[LeadKey, bytes]:
        """A fresh key for a lead: (key, wrapped)."""
        key = self._noise(KEY_BYTES)
        return LeadKey(key), self._wrap(lead_id, key)

    def unwrap(self, lead_id: bytes, wrapped: bytes) -> LeadKey:
        """A lead's key. Raises SealBroken."""
        return LeadKey(_open(self._wrapping, wrapped, lead_id))

    def wrap_again(self, lead_id: bytes, wrapped: bytes) -> bytes:
        """The same key, wrapped by the master key that is in use. Raises SealBroken."""
        return self._wrap(lead_id, _open(self._wrapping, wrapped, lead_id))

    def _wrap(self, lead_id: bytes, key: bytes) -> bytes:
        nonce = self._noise(_NONCE_BYTES)
        return nonce + self._wrapping[self.in_use].encrypt(nonce, key, lead_id)

    def seal(self, key: LeadKey, lead_id: bytes, purpose: bytes, plain: bytes) -> bytes:
        """Seal something of a lead for a purpose (`lead`, `notes 3`)."""
        nonce = self._noise(_NONCE_BYTES)
        return nonce + key.encrypt(nonce, plain, lead_id + purpose)

    def open(self, key: LeadKey, lead_id: bytes, purpose: bytes, sealed: bytes) -> bytes:
        """Open what `seal` made. Raises SealBroken."""
        return _open({0: key}, sealed, lead_id + purpose)

    def seal_word(self, name: str, plain: bytes, number: int | None = None) -> bytes:
        """Seal something of the house, such as a delivery's password, under its name: with the master key that is in
        use, or with the one of a number."""
        nonce = self._noise(_NONCE_BYTES)
        return nonce + self._house[number or self.in_use].encrypt(nonce, plain, name.encode())

    def open_word(self, name: str, sealed: bytes) -> bytes:
        """Open what `seal_word` made. Raises SealBroken."""
        return _open(self._house, sealed, name.encode())

    def is_sealed_by(self, number: int, name: str, sealed: bytes) -> bool:
        """Was it sealed by the master key of this number, and is that key at hand?"""
        try:
            _open({n: house for n, house in self._house.items() if n == number}, sealed, name.encode())
        except SealBroken:
            return False
        return True

    def person(self, name: str, text: str) -> bytes:
        """The keyed hash of a person's phone or e-mail: the same everywhere in the house, nothing without the key."""
        return blake2b(f"{name}|{text}".encode(), key=self._person_key, digest_size=16).digest()

    def listed(self, sha256: str) -> bytes:
        """The keyed hash under which a suppression list has a phone or e-mail, given its SHA-256 in hex."""
        return self.person("sha256", sha256)

    def request(self, kind: bytes, content: bytes) -> bytes:
        """The keyed hash of a seller's request: of its body, or of the key that he gave it."""
        return blake2b(kind + content, key=self._request_key, digest_size=16).digest()

    def reference(self, lead_id: bytes, buyer: int) -> str:
        """A buyer's own name for a lead: two buyers cannot tell that theirs is the same."""
        return blake2b(b"%d|" % buyer + lead_id, key=self._buyer_key, digest_size=12).hexdigest()


def _derived(master: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, b"outbid", purpose + b" v1").derive(master)


def _open(ciphers: Mapping[int, AESGCM], sealed: bytes, bound: bytes) -> bytes:
    """Open with whichever key fits: a seal proves its key, so nobody has to remember which one it was."""
    for cipher in ciphers.values():
        try:
            return cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound)
        except InvalidTag:
            continue
    raise SealBroken("the seal does not open with this key")
