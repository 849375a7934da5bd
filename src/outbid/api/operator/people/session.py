"""Signing in and out: a password, and a code where the person wants one, for a cookie."""

from typing import Annotated, Literal

import msgspec
from litestar import Response
from litestar.datastructures import Cookie
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from outbid.api.door.asking import COOKIE, SECURE_COOKIE, Asker, csrf_of, is_secure, token_of
from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.refusal import Refused
from outbid.api.door.rights import RIGHTS, Right
from outbid.api.operator.people.attempts import Attempts
from outbid.api.said.description import Said
from outbid.api.said.instants import utc
from outbid.api.said.reading import Asked, convert, read_json
from outbid.store.house import credentials
from outbid.store.people import sessions, users

TOKEN_BYTES = 32
PATH = "/v1/session"
LONGEST_CODE = 40


class Login(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A name and a password. `code`: of the person's app, or a recovery code, once `code_wanted` asked for it."""

    user: Annotated[str, Meta(max_length=100)]
    password: Annotated[str, Meta(max_length=users.MOST_LETTERS)]
    code: Annotated[str, Meta(max_length=LONGEST_CODE)] = ""


class Me(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who asks. `csrf` is what the header X-CSRF-Token of each write by cookie has to say; keys need none.

    codes_first  he sets up codes of an app before he may do anything else: the house wants them of everybody
    """

    kind: Literal["key", "user"]
    name: str
    role: users.Role
    rights: list[Right]
    expires_at: str | None = None
    csrf: str | None = None
    codes_first: bool = False


class Sessions:
    """The routes of a session."""

    def __init__(self, desk: Desk, attempts: Attempts) -> None:
        self._desk, self._attempts = desk, attempts

    def routes(self) -> list[HTTPRouteHandler]:
        """Sign in, look, sign out."""
        opened = Said(
            summary="Sign in",
            body=Login,
            answers={201: ("signed in: the cookie is set", Me)},
            problems=("login_failed", "login_throttled", "code_wanted", "code_wrong"),
            is_open=True,
        )
        looked = Said(summary="Who am I?", answers={200: ("who asks", Me)}, before_codes=True)
        ended = Said(
            summary="Sign out",
            answers={204: ("signed out: the cookie is gone", None)},
            right="look",
            before_codes=True,
        )
        return [
            route("POST", PATH, opened, self._open),
            route("GET", PATH, looked, self._look),
            route("DELETE", PATH, ended, self._end),
        ]

    async def _open(self, request: Asked) -> Response[bytes]:
        login = convert(await read_json(request), Login)
        attempt = self._attempts.take(request, login.user.strip().lower())
        async with self._desk.database() as database:
            kept = await users.find(database, login.user)
        if not await users.knows(kept, login.password) or kept is None:
            raise Refused("login_failed")
        if not await self._code_fits(kept.user.name, login.code):
            if not login.code:
                attempt.was_right()
            raise Refused("code_wrong" if login.code else "code_wanted")
        attempt.was_right()
        async with self._desk.database() as database:
            await users.renew(database, kept, login.password)
        return await signed_in(self._desk, request, kept.user)

    async def _code_fits(self, name: str, code: str) -> bool:
        exchange = self._desk.exchange
        async with self._desk.database() as database:
            if not (await credentials.standing(database, name)).on:
                return True
            return bool(code) and await credentials.take(database, exchange.vault, name, code, exchange.clock.now_ms())

    async def _look(self, request: Asked) -> Response[bytes]:
        return answer(_me(request.state.asker, token_of(request)))

    async def _end(self, request: Asked) -> Response[bytes]:
        asker: Asker = request.state.asker
        gone = answer(None, 204)
        if asker.kind == "user":
            async with self._desk.database() as database:
                await sessions.end(database, token_of(request))
            gone.set_cookie(_cookie(request, "", 0))
        return gone


async def signed_in(desk: Desk, request: Asked, user: users.User) -> Response[bytes]:
    """A session for somebody who proved who he is. Raises Refused if he is gone meanwhile."""
    token = desk.exchange.noise(TOKEN_BYTES).hex()
    async with desk.database() as database:
        await sessions.open_session(database, user, token)
        session = await sessions.find(database, token)
    if session is None:
        raise Refused("login_failed")
    made = answer(_me(Asker.of(session), token), 201)
    made.set_cookie(_cookie(request, token, sessions.LIFE_S))
    return made


def _me(asker: Asker, token: str) -> Me:
    rights = sorted(RIGHTS[asker.role])
    if asker.kind == "key" or asker.expires_at_ms is None:
        return Me(asker.kind, asker.name, asker.role, rights)
    expires_at = utc(asker.expires_at_ms // 1000 * 1000)
    return Me(asker.kind, asker.name, asker.role, rights, expires_at, csrf_of(token), asker.barred)


def _cookie(request: Asked, token: str, life_s: int) -> Cookie:
    secure = is_secure(request)
    return Cookie(
        SECURE_COOKIE if secure else COOKIE,
        value=token,
        path="/",
        max_age=life_s,
        httponly=True,
        samesite="lax",
        secure=secure,
    )
