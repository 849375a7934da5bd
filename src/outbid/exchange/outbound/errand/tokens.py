"""Tokens of OAuth 2.0 clients (RFC 6749, section 4.4; RFC 6750): kept, and refreshed before they end."""

import asyncio
import logging
import re
from collections.abc import Callable

import msgspec
from msgspec.structs import replace

from outbid.core.dialect.secrets import MARK
from outbid.core.dialect.wire import Answer, Failure, Header, Http, Response
from outbid.exchange.outbound.errand.desk import Ask, Single

FETCH_S = 10.0
"""How long a token server may take."""
USUAL_S = 3600.0
"""How long a token holds whose server does not say it."""
MOST_S = 86_400.0
YOUNG_S = 5.0
"""A token so young that never worked is not replaced: another one would be refused as well."""
REFRESHED_BEFORE_S = 60.0
"""So long before its end a token is refreshed, or after four fifths of its life if that is later."""
FIRST_PAUSE_S = 1.0
MOST_PAUSE_S = 60.0
MOST_TOKEN_BYTES = 16_000

_TOKEN = re.compile(r"[A-Za-z0-9\-._~+/]+=*")
_CODE = re.compile(r"[a-z_]{1,40}")
log = logging.getLogger("outbid.exchange")


class _Grant(msgspec.Struct):
    """What a token server answers. All else in it is let by."""

    access_token: str
    token_type: str = "Bearer"
    expires_in: float | None = None


class _Denial(msgspec.Struct):
    error: str = ""


_read_grant = msgspec.json.Decoder(_Grant, strict=False).decode
_read_denial = msgspec.json.Decoder(_Denial).decode


class Tokens:
    """The token of one client. It is fetched when the first request needs it, and refreshed while requests do.

    After a failed fetch the next one waits, longer each time; until then all requests fail at once.
    """

    reason = "no_token"

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        ask: Ask,
        noise: Callable[[int], bytes],
        request: Http,
        forget: Callable[[], None],
    ) -> None:
        self._loop, self._ask, self._noise, self._request, self._forget = loop, ask, noise, request, forget
        self._single = Single(loop, self._fetch)
        self._token: str | None = None
        self._fetched_at = self._ends_at = 0.0
        self._is_proven = self._is_used = False
        self._failures, self._pause_until = 0, 0.0
        self._why = Failure(self.reason, False, "refused")
        self._timer: asyncio.TimerHandle | None = None

    async def hand(self) -> str | Failure:
        """The token, or why there is none."""
        self._is_used = True
        if (token := self._held()) is not None:
            return token
        if self._loop.time() >= self._pause_until:
            await self._single.run()
        return self._held() or self._why

    def headers(self, held: str, http: Http) -> tuple[Header, ...]:
        """The header that carries the token."""
        return (("Authorization", f"Bearer {held}"),)

    async def renew(self, held: str, refused: Response) -> str | None:
        """Another token after one that was refused, unless that is as good as new."""
        if held == self._token:
            if not self._is_proven and self._loop.time() < self._fetched_at + YOUNG_S:
                return None
            self._token = None
        found = await self.hand()
        return None if isinstance(found, Failure) or found == held else found

    def heard(self, held: str, answer: Response) -> None:
        """The token works."""
        self._is_proven = self._is_proven or held == self._token

    def cut(self, held: str, answer: Response) -> Response:
        """An answer without the token."""
        word = held.encode()
        if word not in answer.body and not any(held in value for _, value in answer.headers):
            return answer
        headers = tuple((name, value.replace(held, MARK)) for name, value in answer.headers)
        return replace(answer, headers=headers, body=answer.body.replace(word, MARK.encode()))

    def close(self) -> None:
        """Stop whatever is under way."""
        self._single.cancel()
        if self._timer is not None:
            self._timer.cancel()

    def _held(self) -> str | None:
        return self._token if self._loop.time() < self._ends_at else None

    async def _fetch(self) -> None:
        now = self._loop.time()
        try:
            found = grant_of(await self._ask(self._request, now + FETCH_S))
        except Exception as error:  # those who wait must get an answer
            found = type(error).__name__
        if isinstance(found, str):
            self._failed(found)
        else:
            self._take(*found, now)

    def _take(self, token: str, lives_s: float, now: float) -> None:
        if self._failures:
            log.warning("tokens of %s are to be had again", self._where())
        self._token, self._fetched_at, self._ends_at = token, now, now + lives_s
        self._is_proven, self._failures, self._pause_until = False, 0, 0.0
        self._later(lives_s - min(REFRESHED_BEFORE_S, lives_s / 5) * (1 - self._chance() / 2))

    def _failed(self, why: str) -> None:
        if not self._failures:
            log.warning("no token of %s: %s", self._where(), why)
        pause_s = min(FIRST_PAUSE_S * 2 ** min(self._failures, 16), MOST_PAUSE_S) * (1 - self._chance() / 2)
        self._failures += 1
        self._pause_until = self._loop.time() + pause_s
        self._why = Failure(self.reason, False, "refused", f"no token of {self._where()}: {why}")
        if self._held() is not None:
            self._later(pause_s)

    def _later(self, pause_s: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_later(pause_s, self._refresh)

    def _refresh(self) -> None:
        """Fetch the next token while this one still holds; one that nobody used is left to end."""
        self._timer = None
        if self._is_used:
            self._is_used = False
            self._single.begin()
        else:
            self._forget()

    def _chance(self) -> float:
        return self._noise(1)[0] / 256

    def _where(self) -> str:
        return self._request.target.host


def grant_of(answer: Answer) -> tuple[str, float] | str:
    """The token in an answer and the seconds that it holds; or why there is none, without a word of theirs."""
    if isinstance(answer, Failure):
        return f"{answer.reason}: {answer.detail}" if not answer.sent else answer.reason
    if not 200 <= answer.status < 300:
        return f"it answers {answer.status}{_denied(answer.body)}"
    try:
        grant = _read_grant(answer.body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return "its answer holds no access_token"
    if grant.token_type.lower() != "bearer":
        return "its token is not of the type Bearer"
    if len(grant.access_token) > MOST_TOKEN_BYTES or not _TOKEN.fullmatch(grant.access_token):
        return "its access_token cannot stand in a header"
    lives_s = USUAL_S if grant.expires_in is None else min(max(grant.expires_in, 1.0), MOST_S)
    return grant.access_token, lives_s


def _denied(body: bytes) -> str:
    try:
        code = _read_denial(body).error
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return ""
    return f" ({code})" if _CODE.fullmatch(code) else ""
