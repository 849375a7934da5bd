"""HTTP digest (RFC 7616): a challenge is fetched once and then answered, each time with a count of its own."""

import asyncio
import hashlib
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import msgspec

from outbid.core.dialect.wire import Digest, Failure, Header, Http, Response
from outbid.exchange.outbound.errand.desk import UNAUTHORISED, Ask, Single
from outbid.exchange.outbound.talk.head import checked_path

FETCH_S = 10.0
OPEN_S = 60.0
"""For how long it is remembered that a server asked for nothing."""
_FORBIDDEN, _TOO_MANY, _FAULT = 403, 429, 500
"""What says nothing of whether the server asks for a digest; so does each status from the last one on."""
_HASHES: dict[str, Callable[[bytes], Any]] = {
    "sha-256": hashlib.sha256,
    "md5": partial(hashlib.md5, usedforsecurity=False),
}
"""What is understood, the best first."""
_PART = re.compile(r'([A-Za-z0-9_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))|([A-Za-z][A-Za-z0-9_-]*)(?=\s|,|$)')
_ESCAPED = re.compile(r"\\(.)")


class Challenge(msgspec.Struct, frozen=True):
    """What a server asks for. `algorithm` as it wrote it, empty if it did not; `has_qop`: it knows counts."""

    realm: str
    nonce: str
    opaque: str | None
    algorithm: str
    has_qop: bool
    is_stale: bool


class Challenges:
    """The challenge of one server to one user. It is fetched without the lead, and again when the server asks anew."""

    reason = "timed_out"

    def __init__(
        self, loop: asyncio.AbstractEventLoop, ask: Ask, noise: Callable[[int], bytes], user: Digest, knock: Http
    ) -> None:
        self._loop, self._ask, self._noise, self._user, self._knock = loop, ask, noise, user, knock
        self._single = Single(loop, self._fetch)
        self._challenge: Challenge | None = None
        self._is_proven, self._count = False, 0
        self._open_until = 0.0
        self._why: Failure | None = None

    async def hand(self) -> Challenge | Failure | None:
        """The challenge, None where the server asks for nothing, or why it did not say."""
        if self._challenge is None and self._loop.time() >= self._open_until:
            await self._single.run()
            if self._challenge is None and self._why is not None:
                return self._why
        return self._challenge

    def headers(self, held: Challenge | None, http: Http) -> tuple[Header, ...]:
        """The answer to the challenge for one request."""
        if held is None:
            return ()
        self._count += 1
        path = checked_path(http.target.path)
        return (("Authorization", authorization(held, self._user, http.method, path, self._count, self._noise(8))),)

    async def renew(self, held: Challenge | None, refused: Response) -> Challenge | None:
        """The next challenge, if there is a use in answering it: not where the password was refused."""
        if self._challenge is not None and self._challenge is not held:
            return self._challenge  # another request was told meanwhile
        asked = challenge_of(refused.headers)
        if asked is None:
            self._open_until = 0.0  # whatever it wants, it does not ask for nothing
            return None
        if held is not None and (asked.nonce == held.nonce or not (asked.is_stale or self._is_proven)):
            return None
        self._keep(asked)
        return asked

    def heard(self, held: Challenge | None, answer: Response) -> None:
        """The password is right; and perhaps the server names what it wants to see next."""
        self._is_proven = self._is_proven or held is not None
        told = next((value for name, value in answer.headers if name == "authentication-info"), "")
        after = dict(_parts(told)).get("nextnonce")
        if after and held is not None and held is self._challenge:
            self._keep(msgspec.structs.replace(held, nonce=after), proven=True)

    def cut(self, held: Challenge | None, answer: Response) -> Response:
        """The answer as it is: what was handed out, the server said itself."""
        return answer

    def close(self) -> None:
        """Stop whatever is under way."""
        self._single.cancel()

    def _keep(self, challenge: Challenge, *, proven: bool = False) -> None:
        self._challenge, self._count, self._is_proven = challenge, 0, proven

    async def _fetch(self) -> None:
        self._why = None
        try:
            answer = await self._ask(self._knock, self._loop.time() + FETCH_S)
        except Exception as error:  # those who wait must get an answer
            answer = Failure("bad_request", False, "refused", type(error).__name__)
        if isinstance(answer, Failure):  # what was sent was not the lead
            self._why = msgspec.structs.replace(answer, sent=False)
        elif answer.status == UNAUTHORISED and (asked := challenge_of(answer.headers)) is not None:
            self._keep(asked)
        elif answer.status in (UNAUTHORISED, _FORBIDDEN, _TOO_MANY) or answer.status >= _FAULT:
            self._why = Failure(
                "no_token", False, "refused", f"no digest challenge that we know: it answers {answer.status}"
            )
        else:
            self._open_until = self._loop.time() + OPEN_S


def challenge_of(headers: tuple[Header, ...]) -> Challenge | None:
    """The best challenge of an answer that we can take up; None if there is none."""
    found = [asked for name, value in headers if name == "www-authenticate" for asked in _challenges(value)]
    order = list(_HASHES)
    return min(found, key=lambda asked: order.index(_hash_name(asked.algorithm)), default=None)


def authorization(asked: Challenge, user: Digest, method: str, path: str, count: int, noise: bytes) -> str:
    """The header that answers a challenge (RFC 7616, section 3.4), with `qop=auth` where the server knows it."""
    digest = _HASHES[_hash_name(asked.algorithm)]

    def hashed(*parts: str) -> str:
        return str(digest(":".join(parts).encode()).hexdigest())

    own = noise.hex()
    who = hashed(user.user, asked.realm, user.password)
    if asked.algorithm.lower().endswith("-sess"):
        who = hashed(who, asked.nonce, own)
    what, nth = hashed(method, path), f"{count:08x}"
    counted = (nth, own, "auth") if asked.has_qop else ()
    said = [
        f'username="{_quoted(user.user)}"',
        f'realm="{_quoted(asked.realm)}"',
        f'nonce="{_quoted(asked.nonce)}"',
        f'uri="{_quoted(path)}"',
        f'response="{hashed(who, asked.nonce, *counted, what)}"',
    ]
    said += [f"algorithm={asked.algorithm}"] if asked.algorithm else []
    said += [f'opaque="{_quoted(asked.opaque)}"'] if asked.opaque is not None else []
    said += ["qop=auth", f"nc={nth}", f'cnonce="{own}"'] if asked.has_qop else []
    return "Digest " + ", ".join(said)


def _challenges(value: str) -> Iterator[Challenge]:
    scheme, parts = "", dict[str, str]()
    for name, text in (*_parts(value), ("", "")):
        if name:
            parts[name] = text
            continue
        if scheme == "digest" and (made := _made(parts)) is not None:
            yield made
        scheme, parts = text.lower(), {}


def _parts(value: str) -> Iterator[tuple[str, str]]:
    """The parameters of a header in their order, as (name, text); a scheme as ("", scheme)."""
    for found in _PART.finditer(value):
        name, quoted, plain, scheme = found.groups()
        if scheme is not None:
            yield "", scheme
        else:
            yield name.lower(), _ESCAPED.sub(r"\1", quoted) if quoted is not None else plain


def _made(parts: dict[str, str]) -> Challenge | None:
    algorithm, qop = parts.get("algorithm", ""), parts.get("qop")
    known = qop is None or "auth" in [word.strip().lower() for word in qop.split(",")]
    if "nonce" not in parts or not known or _hash_name(algorithm) not in _HASHES:
        return None
    stale = parts.get("stale", "").lower() == "true"
    return Challenge(parts.get("realm", ""), parts["nonce"], parts.get("opaque"), algorithm, qop is not None, stale)


def _hash_name(algorithm: str) -> str:
    return algorithm.lower().removesuffix("-sess") or "md5"


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
