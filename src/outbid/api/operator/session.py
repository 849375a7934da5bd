"""Signing in and out: a password for a cookie."""

from datetime import UTC, datetime
from typing import Annotated, Literal

import msgspec
from litestar import Response
from litestar.datastructures import Cookie
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from outbid.api.door.asking import COOKIE, SECURE_COOKIE, Asker, csrf_of, is_secure, token_of
from outbid.api.door.bucket import Buckets
from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.refusal import Refused
from outbid.api.said.description import Said
from outbid.api.said.reading import Asked, convert, read_json
from outbid.store.people import sessions, users

TOKEN_BYTES = 32
PATH = "/v1/session"


class Login(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A name and a password."""

    user: Annotated[str, Meta(max_length=100)]
    password: Annotated[str, Meta(max_length=users.MOST_LETTERS)]


class Me(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who asks. `csrf` is what the header X-CSRF-Token of each write by cookie has to say; keys need none."""

    kind: Literal["key", "user"]
    name: str
    role: users.Role
    expires_at: str | None = None
    csrf: str | None = None


class Sessions:
    """The routes of a session. Wrong passwords are counted in this process alone."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._tried = (
            ("{user} from {address}", Buckets(1 / 30, 5, desk.now)),
            ("from {address}", Buckets(1 / 5, 20, desk.now)),
            ("{user}", Buckets(1 / 10, 50, desk.now)),
        )

    def routes(self) -> list[HTTPRouteHandler]:
        """Sign in, look, sign out."""
        opened = Said(
            summary="Sign in",
            body=Login,
            answers={201: ("signed in: the cookie is set", Me)},
            problems=("login_failed", "login_throttled"),
            is_open=True,
        )
        looked = Said(summary="Who am I?", answers={200: ("who asks", Me)})
        ended = Said(summary="Sign out", answers={204: ("signed out: the cookie is gone", None)}, for_readers=True)
        return [
            route("POST", PATH, opened, self._open),
            route("GET", PATH, looked, self._look),
            route("DELETE", PATH, ended, self._end),
        ]

    async def _open(self, request: Asked) -> Response[bytes]:
        login = convert(await read_json(request), Login)
        taken = self._take(login.user.strip().lower(), request.client.host if request.client else "")
        async with self._desk.database() as database:
            kept = await users.find(database, login.user)
        if not await users.knows(kept, login.password) or kept is None:
            raise Refused("login_failed")
        for name, buckets in taken:
            buckets.give_back(name)
        token = self._desk.exchange.noise(TOKEN_BYTES).hex()
        async with self._desk.database() as database:
            await users.renew(database, kept, login.password)
            expires_at_ms = await sessions.open_session(database, kept.user, token)
        if expires_at_ms is None:
            raise Refused("login_failed")
        made = answer(_me(Asker("user", kept.user.name, kept.user.role, expires_at_ms=expires_at_ms), token), 201)
        made.set_cookie(_cookie(request, token, sessions.LIFE_S))
        return made

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

    def _take(self, user: str, address: str) -> list[tuple[str, Buckets]]:
        """Count an attempt before it is known to be right: many at once must not pass together. Raises Refused.

        The bucket of a user over all addresses is wide: who knows a name should not lock its owner out easily.
        """
        taken: list[tuple[str, Buckets]] = []
        for pattern, buckets in self._tried:
            name = pattern.format(user=user, address=address)
            if seconds := buckets.take(name):
                raise Refused("login_throttled", headers={"Retry-After": str(seconds)})
            taken.append((name, buckets))
        return taken


def _me(asker: Asker, token: str) -> Me:
    if asker.kind == "key" or asker.expires_at_ms is None:
        return Me(asker.kind, asker.name, asker.role)
    ends = datetime.fromtimestamp(asker.expires_at_ms / 1000, UTC).isoformat(timespec="seconds")
    return Me(asker.kind, asker.name, asker.role, ends, csrf_of(token))


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
