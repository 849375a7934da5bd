"""What must never be kept of what is sent: the keys and passwords of a delivery, as they go over the wire."""

import re
from collections.abc import Iterable

import msgspec

from outbid.core.dialect.wire import Header

MARK = "_hidden_"
"""What is kept in a secret's place."""
LEAST_ECHO_BYTES = 6
"""A secret shorter than this is not looked for in answers: it would be found where it is none."""
_ALWAYS = frozenset(("authorization", "proxy-authorization", "cookie"))
_TELLING = re.compile(
    r"auth|cookie|secret|pass(?:w|phrase|code)|credential|signature|token|api[-_.]?key|(?:^|[-_.])(?:key|pwd|pass)$",
    re.IGNORECASE,
)


class Secrets(msgspec.Struct, frozen=True):
    """The secrets of one delivery.

    headers  lower-case names of headers whose values are secret
    pairs    secrets as they stand in a body or address, each with what is kept instead
    values   secrets that a careless buyer might repeat in his answer
    """

    headers: frozenset[str] = frozenset()
    pairs: tuple[tuple[bytes, bytes], ...] = ()
    values: tuple[bytes, ...] = ()

    def hide(self, sent: bytes) -> bytes:
        """A body or address without secrets."""
        for secret, instead in self.pairs:
            sent = sent.replace(secret, instead)
        return sent

    def hide_headers(self, headers: tuple[Header, ...]) -> tuple[Header, ...]:
        """Headers of a request without the values of the secret ones."""
        hidden = self.headers | _ALWAYS
        return tuple((name, MARK if name.lower() in hidden else value) for name, value in headers)

    def hide_echo(self, answered: bytes) -> bytes:
        """A buyer's answer without our secrets."""
        for secret in self.values:
            answered = answered.replace(secret, MARK.encode())
        return answered


NO_SECRETS = Secrets()


def sounds_secret(name: str) -> bool:
    """Does the name of a header, parameter or key sound like a key or password?"""
    return _TELLING.search(name) is not None


def hide_answered(headers: tuple[Header, ...]) -> tuple[Header, ...]:
    """Headers of an answer without cookies and other secrets of the buyer's."""
    return tuple((name, MARK if sounds_secret(name) else value) for name, value in headers)


def secret_parameters(path: str, declared: Iterable[str]) -> tuple[tuple[bytes, bytes], ...]:
    """The secret parameters in the query of an address, as `Secrets.pairs`."""
    named = {name.lower() for name in declared}
    found = []
    for part in path.partition("?")[2].split("&"):
        name, _, value = part.partition("=")
        if value and (name.lower() in named or sounds_secret(name)):
            found.append((part.encode(), f"{name}={MARK}".encode()))
    return tuple(found)
