"""Who asks: a key, or a person of the house by the cookie of a session. One gate at each door decides."""

import hmac
from hashlib import sha256
from typing import Any, Literal

import msgspec
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from outbid.api.auth import holder_of, key_of, scope_of
from outbid.api.door.bucket import Buckets
from outbid.api.door.desk import Desk
from outbid.api.door.doors import OPERATOR, Door
from outbid.api.door.refusal import Refused
from outbid.api.door.rights import RIGHTS, Right, roles_with
from outbid.core.scope import HOUSE, Scope
from outbid.store.people import sessions
from outbid.store.people.sessions import Session
from outbid.store.people.users import Role

READS = ("GET", "HEAD", "OPTIONS")
COOKIE = "outbid_session"
SECURE_COOKIE = f"__Host-{COOKIE}"
"""The prefix makes browsers refuse the cookie from anybody but this very host over TLS."""
COOKIE_WORDS = f"set by POST /v1/session; over TLS it is called {SECURE_COOKIE}. Writes need X-CSRF-Token beside it."
Connection = ASGIConnection[Any, Any, Any, Any]


class Asker(msgspec.Struct, frozen=True):
    """Somebody who may be here. `name` is the key's id or the person's name; `expires_at_ms` is a session's end.

    role   of the house's people; a key may what an owner may, and whose it is, is in the scope
    scope  what he may see
    test   his key is for tests: he sees test leads, and no money
    barred the house wants codes of an app of everybody: first he sets up his
    """

    kind: Literal["key", "user"]
    name: str
    role: Role
    scope: Scope = HOUSE
    test: bool = False
    expires_at_ms: int | None = None
    barred: bool = False

    @classmethod
    def of(cls, session: Session) -> "Asker":
        """The person of a session."""
        user = session.user
        return cls("user", user.name, user.role, expires_at_ms=session.expires_at_ms, barred=session.barred)

    @property
    def rights(self) -> frozenset[Right]:
        """What he may."""
        return RIGHTS[self.role]

    def must(self, right: Right, why: str = "") -> None:
        """Raise Refused unless he has the right; `why` says what needs it."""
        if right not in self.rights:
            raise Refused("role_not_allowed", f"{why or 'this'} needs the role {roles_with(right)}")

    @property
    def by(self) -> str:
        """How versions name who made them."""
        return self.name if self.kind == "user" else f"key {self.name}"


class Gate:
    """Lets in whom the house knows at this door, as often as he may."""

    def __init__(self, desk: Desk, door: Door = OPERATOR) -> None:
        self._desk = desk
        self._door = door
        self._buckets = Buckets(door.rate, door.burst, desk.now)

    async def admit(self, connection: Connection, handler: BaseRouteHandler) -> None:
        """Let a request in, or raise Refused."""
        if handler.opt["is_open"]:
            return
        asker = await self._asker(connection)
        bucket = f"{asker.kind} {asker.name}"
        seconds = self._buckets.take(bucket)
        connection.state.limits = self._buckets.left(bucket).headers
        if seconds:
            raise Refused("too_many_requests", headers={"Retry-After": str(seconds)})
        if asker.barred and not handler.opt["before_codes"]:
            raise Refused("codes_missing")
        asker.must(handler.opt["right"])
        if asker.test and not handler.opt["for_tests"]:
            raise Refused("key_not_allowed", "a key for tests sees test leads, and nothing of the rest")
        connection.state.asker = asker

    async def _asker(self, connection: Connection) -> Asker:
        token = token_of(connection)
        if "authorization" in connection.headers or not token or not self._door.people:
            return self._by_key(connection)
        async with self._desk.database() as database:
            session = await sessions.find(database, token)
        if session is None:
            raise Refused("session_unknown")
        if _writes(connection):
            brought = connection.headers.get("x-csrf-token", "")
            if not hmac.compare_digest(brought.encode(), csrf_of(token).encode()):
                raise Refused("csrf_missing")
        return Asker.of(session)

    def _by_key(self, connection: Connection) -> Asker:
        holder = holder_of(key_of(connection.scope), self._desk.exchange.market)  # type: ignore[arg-type]
        if isinstance(holder, str):
            raise Refused(holder)
        if holder.kind not in self._door.holders or (holder.test and holder.kind == "house"):
            raise Refused("key_not_allowed")
        return Asker("key", holder.key, "owner", scope_of(holder), holder.test)


def is_secure(connection: Connection) -> bool:
    """Did the request come over TLS, as far as we or a proxy before us can tell?

    Whoever forges the proxy's header harms himself alone: his own cookie is then sent over TLS only.
    """
    before_us = connection.headers.get("x-forwarded-proto", "").partition(",")[0].strip().lower()
    return "https" in (connection.scope["scheme"], before_us)


def token_of(connection: Connection) -> str:
    """The token of the session that a request brings; empty if it brings none."""
    return connection.cookies.get(SECURE_COOKIE if is_secure(connection) else COOKIE, "")


def csrf_of(token: str) -> str:
    """The word that a write by cookie has to bring in a header: pages of other houses can neither read nor set it."""
    return sha256(f"csrf {token}".encode()).hexdigest()


def _writes(connection: Connection) -> bool:
    return connection.scope.get("method") not in READS
