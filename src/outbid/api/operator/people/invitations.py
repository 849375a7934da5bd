"""Links by which people come in: an owner makes one and hands it over, whoever has it gives himself a password.

The exchange sends no e-mail for them: an owner sends the link as he sees fit, and it works once.
"""

from typing import Annotated, Literal

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.refusal import Refused
from outbid.api.operator.people.attempts import Attempts
from outbid.api.operator.people.roster import PATH as PEOPLE
from outbid.api.operator.people.roster import asker_of, name_in
from outbid.api.operator.people.session import LONGEST_CODE, Me, signed_in
from outbid.api.said.description import Said
from outbid.api.said.faults import error_at
from outbid.api.said.instants import utc
from outbid.api.said.reading import Asked, convert, read_json
from outbid.core.scope import HOUSE
from outbid.store.house import credentials, invitations
from outbid.store.house import settings as settings_
from outbid.store.people import users

PATH = f"{PEOPLE}/invitations"
OPEN_PATH = "/v1/invitations/{token:str}"
LIFE_MS = 7 * 24 * 3600 * 1000
TOKEN_BYTES = 16


class InvitationWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whom to invite, and what he is to be."""

    name: Annotated[str, Meta(max_length=100, description="lower-case letters, digits and . _ @ + -")]
    role: users.Role


class ResetWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How somebody's password is given anew. `codes`: false: the codes of a lost app are wanted no longer."""

    codes: bool = True


class InvitationMade(msgspec.Struct, frozen=True):
    """A link that was made just now: it is shown once. `path` stands behind the address of this house."""

    name: str
    path: str
    expires_at: str


class Invited(msgspec.Struct, frozen=True):
    """What a link is for. `codes`: a code of the person's app is wanted, too; `house`: what the house is called."""

    name: str
    kind: Literal["join", "password"]
    role: users.Role
    codes: bool
    house: str
    expires_at: str


class Accepted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The password that somebody gives himself; and a code, where the link says that one is wanted."""

    password: Annotated[str, Meta(max_length=users.MOST_LETTERS, description="10 characters or more")]
    code: Annotated[str, Meta(max_length=LONGEST_CODE)] = ""


class Invitations:
    """The routes of links."""

    def __init__(self, desk: Desk, attempts: Attempts) -> None:
        self._desk, self._attempts = desk, attempts

    def routes(self) -> list[HTTPRouteHandler]:
        """Invite, make a link to a new password, withdraw; look at a link, use it."""
        invited = Said(
            summary="Invite somebody: a link that works once within seven days",
            body=InvitationWish,
            answers={201: ("this is the only time that the link is shown", InvitationMade)},
            right="manage_people",
        )
        reset = Said(
            summary="Make a link by which somebody gives himself a new password",
            path={"name": "the person's name"},
            body=ResetWish,
            answers={201: ("this is the only time that the link is shown", InvitationMade)},
            problems=("person_unknown",),
            right="manage_people",
        )
        withdrawn = Said(
            summary="Withdraw a link",
            path={"name": "the name that it is for"},
            answers={204: ("it opens nothing any more", None)},
            problems=("link_unknown",),
            right="manage_people",
        )
        return [
            route("POST", PATH, invited, self._invite),
            route("POST", f"{PEOPLE}/{{name:str}}/reset", reset, self._reset),
            route("DELETE", f"{PATH}/{{name:str}}", withdrawn, self._withdraw),
            *self._open_routes(),
        ]

    def _open_routes(self) -> list[HTTPRouteHandler]:
        path = {"token": "what the link ends with"}
        looked = Said(
            summary="What is this link for?",
            path=path,
            answers={200: ("whom it is for", Invited)},
            problems=("link_unknown",),
            is_open=True,
        )
        used = Said(
            summary="Use a link: give yourself a password, and be signed in",
            path=path,
            body=Accepted,
            answers={201: ("signed in: the cookie is set", Me)},
            problems=("link_unknown", "login_failed", "login_throttled", "code_wanted", "code_wrong"),
            is_open=True,
        )
        return [route("GET", OPEN_PATH, looked, self._look), route("POST", OPEN_PATH, used, self._use)]

    async def _invite(self, request: Asked) -> Response[bytes]:
        wish = convert(await read_json(request), InvitationWish)
        try:
            return await self._make(request, users.name_of(wish.name), wish.role)
        except users.UserFault as error:
            raise Refused("body_faulty", errors=(error_at(("name",), "setting_faulty", str(error)),)) from None

    async def _reset(self, request: Asked) -> Response[bytes]:
        wish, name = convert(await read_json(request), ResetWish), name_in(request)
        try:
            return await self._make(request, name, None, forgets=not wish.codes)
        except users.UserFault:
            raise Refused("person_unknown") from None

    async def _make(
        self, request: Asked, name: str, role: users.Role | None, *, forgets: bool = False
    ) -> Response[bytes]:
        exchange = self._desk.exchange
        now_ms, token = exchange.clock.now_ms(), exchange.noise(TOKEN_BYTES).hex()
        made = invitations.Invitation(name, role, forgets, asker_of(request).by, now_ms, now_ms + LIFE_MS)
        async with self._desk.database() as database:
            await invitations.put(database, HOUSE, made, token)
        return answer(InvitationMade(name, f"/invite/{token}", utc(made.expires_ms)), 201)

    async def _withdraw(self, request: Asked) -> Response[bytes]:
        name = name_in(request)
        async with self._desk.database() as database:
            if not await invitations.withdraw(database, name, asker_of(request).by):
                raise Refused("link_unknown")
        return answer(None, 204)

    async def _look(self, request: Asked) -> Response[bytes]:
        found, role, codes = await self._found(request)
        async with self._desk.database() as database:
            house = (await settings_.read(database, HOUSE)).name
        kind: Literal["join", "password"] = "password" if found.role is None else "join"
        return answer(Invited(found.name, kind, role, codes, house, utc(found.expires_ms)))

    async def _use(self, request: Asked) -> Response[bytes]:
        wish = convert(await read_json(request), Accepted)
        found, _, codes = await self._found(request)
        attempt = self._attempts.take(request, found.name)
        exchange, token = self._desk.exchange, request.path_params["token"]
        try:
            kept = await users.hash_of(wish.password)
        except users.UserFault as error:
            attempt.was_right()
            raise Refused("body_faulty", errors=(error_at(("password",), "setting_faulty", str(error)),)) from None
        async with self._desk.database() as database:
            now_ms = exchange.clock.now_ms()
            if codes and not await credentials.take(database, exchange.vault, found.name, wish.code, now_ms):
                raise Refused("code_wrong" if wish.code else "code_wanted")
            try:
                user = await invitations.use(database, token, now_ms, kept)
            except invitations.NotThere:
                raise Refused("link_unknown") from None
        attempt.was_right()
        return await signed_in(self._desk, request, user)

    async def _found(self, request: Asked) -> tuple[invitations.Invitation, users.Role, bool]:
        """The link, the role of its person, and whether a code is wanted. Raises Refused."""
        async with self._desk.database() as database:
            now_ms = self._desk.exchange.clock.now_ms()
            found = await invitations.find(database, request.path_params["token"], now_ms)
            if found is None:
                raise Refused("link_unknown")
            if found.role is not None:
                return found, found.role, False
            kept = await users.find(database, found.name)
            codes = not found.forgets and (await credentials.standing(database, found.name)).on
        if kept is None:
            raise Refused("link_unknown")
        return found, kept.user.role, codes
