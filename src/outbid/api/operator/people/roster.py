"""The people of the house: listed, given roles, signed out, taken away."""

from typing import Annotated

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from outbid.api.door.asking import Asker, token_of
from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.refusal import Refused
from outbid.api.said.description import Said
from outbid.api.said.instants import utc
from outbid.api.said.reading import Asked, convert, read_json
from outbid.core.scope import HOUSE
from outbid.store.house import invitations, roster
from outbid.store.people import sessions, users

PATH = "/v1/people"


class SignInTold(msgspec.Struct, frozen=True):
    """A sign-in that goes on, in UTC. `this`: it is the asker's own."""

    began_at: str
    expires_at: str
    this: bool


class PersonTold(msgspec.Struct, frozen=True):
    """Somebody who may sign in. `codes`: a code is wanted beside the password; `sign_ins`: the newest first."""

    name: str
    role: users.Role
    since: str
    codes: bool
    sign_ins: list[SignInTold]


class InvitationTold(msgspec.Struct, frozen=True):
    """A link that waits to be used. Without a role it is for a new password of somebody who is there."""

    name: str
    role: users.Role | None
    by: str
    made_at: str
    expires_at: str


class PeopleTold(msgspec.Struct, frozen=True):
    """All of the house's people, by name, and the links that wait."""

    items: list[PersonTold]
    invitations: list[InvitationTold]


class RoleWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The role that somebody is to have."""

    role: Annotated[users.Role, Meta(description="owner: everything; operator: runs the exchange; viewer: looks")]


class People:
    """The routes of people."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[HTTPRouteHandler]:
        """List, change a role, sign out, take away."""
        path = {"name": "the person's name"}
        listed = Said(
            summary="The people of the house, where they are signed in, and the links that wait",
            answers={200: ("by name", PeopleTold)},
        )
        changed = Said(
            summary="Give somebody another role",
            path=path,
            body=RoleWish,
            answers={204: ("it holds from now on, wherever he is signed in", None)},
            problems=("person_unknown", "last_owner"),
            right="manage_people",
        )
        ended = Said(
            summary="Sign somebody out everywhere",
            path=path,
            answers={204: ("he has to sign in again; the asker himself stays signed in here", None)},
            problems=("person_unknown",),
            right="manage_people",
        )
        removed = Said(
            summary="Take somebody away",
            path=path,
            answers={204: ("signed out at once, and the links that he made are over", None)},
            problems=("person_unknown", "last_owner"),
            right="manage_people",
        )
        return [
            route("GET", PATH, listed, self._list),
            route("PATCH", f"{PATH}/{{name:str}}", changed, self._change),
            route("DELETE", f"{PATH}/{{name:str}}", removed, self._remove),
            route("DELETE", f"{PATH}/{{name:str}}/sign-ins", ended, self._end),
        ]

    async def _list(self, request: Asked) -> Response[bytes]:
        mine = sessions.hash_of(token_of(request))
        async with self._desk.database() as database:
            found = await roster.everybody(database, HOUSE)
            lines = await sessions.going_on(database, HOUSE)
            waiting = await invitations.standing(database, HOUSE, self._desk.exchange.clock.now_ms())
        told: dict[str, list[SignInTold]] = {one.name: [] for one in found}
        for line in lines:
            if line.user_name in told:
                this = line.token_hash == mine
                told[line.user_name].append(SignInTold(utc(line.created_ms), utc(line.expires_ms), this))
        people = [PersonTold(one.name, one.role, utc(one.since_ms), one.codes, told[one.name]) for one in found]
        links = [InvitationTold(one.name, one.role, one.by, utc(one.made_ms), utc(one.expires_ms)) for one in waiting]
        return answer(PeopleTold(people, links))

    async def _change(self, request: Asked) -> Response[bytes]:
        wish, name, asker = convert(await read_json(request), RoleWish), name_in(request), asker_of(request)
        async with self._desk.database() as database:
            try:
                there = await users.set_role(database, name, wish.role, asker.by)
            except users.LastOwner as error:
                raise Refused("last_owner", str(error)) from None
        if not there:
            raise Refused("person_unknown")
        return answer(None, 204)

    async def _remove(self, request: Asked) -> Response[bytes]:
        name, asker = name_in(request), asker_of(request)
        async with self._desk.database() as database:
            try:
                there = await users.remove(database, name, asker.by)
            except users.LastOwner as error:
                raise Refused("last_owner", str(error)) from None
        if not there:
            raise Refused("person_unknown")
        return answer(None, 204)

    async def _end(self, request: Asked) -> Response[bytes]:
        name = name_in(request)
        async with self._desk.database() as database:
            if await users.find(database, name) is None:
                raise Refused("person_unknown")
            await sessions.end_all(database, name, keep=sessions.hash_of(token_of(request)))
        return answer(None, 204)


def asker_of(request: Asked) -> Asker:
    """Who asks."""
    asker: Asker = request.state.asker
    return asker


def name_in(request: Asked) -> str:
    """The name in the address. Raises Refused for what can be nobody's."""
    try:
        return users.name_of(request.path_params["name"])
    except users.UserFault:
        raise Refused("person_unknown") from None
