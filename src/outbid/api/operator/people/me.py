"""What somebody changes about himself: his password, and the codes of an app beside it."""

from base64 import b32encode
from typing import Annotated

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from outbid.api.door.asking import token_of
from outbid.api.door.desk import Desk, answer, route
from outbid.api.door.refusal import Refused
from outbid.api.operator.people.attempts import Attempts
from outbid.api.operator.people.roster import asker_of
from outbid.api.operator.people.session import LONGEST_CODE
from outbid.api.said.description import Said
from outbid.api.said.faults import error_at
from outbid.api.said.reading import Asked, convert, read_json
from outbid.core.people import totp
from outbid.core.scope import HOUSE
from outbid.store.house import credentials
from outbid.store.house import settings as settings_
from outbid.store.people import sessions, users

TOTP = "/v1/me/totp"
RECOVERY_CODES = 10
RECOVERY_BYTES = 10
Password = Annotated[str, Meta(max_length=users.MOST_LETTERS)]


class PasswordWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The password that was, and the one that is to be."""

    old: Password
    new: Annotated[str, Meta(max_length=users.MOST_LETTERS, description="10 characters or more")]


class CodesStanding(msgspec.Struct, frozen=True):
    """Is a code wanted beside the password, and how many recovery codes are left?"""

    on: bool
    recovery_left: int


class CodesWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The asker's password, once more."""

    password: Password


class CodesBegun(msgspec.Struct, frozen=True):
    """What an app needs to make codes: shown once. `address` is what its QR code says."""

    secret: str
    address: str


class CodeWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A code of the app; to have none wanted any more, a recovery code will do."""

    code: Annotated[str, Meta(max_length=LONGEST_CODE)]


class RecoveryCodes(msgspec.Struct, frozen=True):
    """Codes for the day on which the app is lost: each works once, and they are shown once."""

    codes: list[str]


class Mine:
    """The routes of one's own sign-in. Keys have neither password nor codes."""

    def __init__(self, desk: Desk, attempts: Attempts) -> None:
        self._desk, self._attempts = desk, attempts

    def routes(self) -> list[HTTPRouteHandler]:
        """Password; codes: look, begin, confirm, remove."""
        changed = Said(
            summary="Give yourself another password",
            body=PasswordWish,
            answers={204: ("it holds; you are signed out everywhere else", None)},
            problems=("password_wrong", "login_throttled", "person_wanted"),
            right="look",
        )
        looked = Said(
            summary="Is a code wanted when you sign in?",
            answers={200: ("how it stands", CodesStanding)},
            before_codes=True,
            problems=("person_wanted",),
        )
        begun = Said(
            summary="Begin to want a code when you sign in: the secret for an app (RFC 6238)",
            body=CodesWish,
            answers={201: ("nothing is wanted before a code of it was confirmed", CodesBegun)},
            before_codes=True,
            problems=("password_wrong", "login_throttled", "person_wanted", "codes_wanted_already"),
            right="look",
        )
        confirmed = Said(
            summary="Confirm the app by a code of it: from now on one is wanted",
            body=CodeWish,
            answers={200: ("it is wanted; these codes are shown once", RecoveryCodes)},
            before_codes=True,
            problems=("code_wrong", "login_throttled", "person_wanted"),
            right="look",
        )
        removed = Said(
            summary="Want no code any more",
            body=CodeWish,
            answers={204: ("the password alone will do", None)},
            problems=("code_wrong", "login_throttled", "person_wanted"),
            right="look",
        )
        return [
            route("POST", "/v1/me/password", changed, self._password),
            route("GET", TOTP, looked, self._look),
            route("POST", TOTP, begun, self._begin),
            route("POST", f"{TOTP}/confirm", confirmed, self._confirm),
            route("POST", f"{TOTP}/remove", removed, self._remove),
        ]

    async def _password(self, request: Asked) -> Response[bytes]:
        wish, name = convert(await read_json(request), PasswordWish), person_of(request)
        await self._prove(request, name, wish.old)
        try:
            async with self._desk.database() as database:
                await users.set_password(database, name, wish.new, keep=sessions.hash_of(token_of(request)))
        except users.UserFault as error:
            raise Refused("body_faulty", errors=(error_at(("new",), "setting_faulty", str(error)),)) from None
        return answer(None, 204)

    async def _look(self, request: Asked) -> Response[bytes]:
        async with self._desk.database() as database:
            found = await credentials.standing(database, person_of(request))
        return answer(CodesStanding(found.on, found.recovery_left))

    async def _begin(self, request: Asked) -> Response[bytes]:
        wish, name = convert(await read_json(request), CodesWish), person_of(request)
        await self._prove(request, name, wish.password)
        async with self._desk.database() as database:
            if (await credentials.standing(database, name)).on:
                raise Refused("codes_wanted_already")
        secret = self._desk.exchange.noise(totp.SECRET_BYTES)
        async with self._desk.database() as database:
            house = (await settings_.read(database, HOUSE)).name or "Outbid"
            await credentials.begin(database, self._desk.exchange.vault, name, secret)
        return answer(CodesBegun(totp.spelt(secret), totp.address_of(secret, house, name)), 201)

    async def _confirm(self, request: Asked) -> Response[bytes]:
        wish, name = convert(await read_json(request), CodeWish), person_of(request)
        attempt = self._attempts.take(request, name)
        exchange = self._desk.exchange
        codes = [_recovery(exchange.noise(RECOVERY_BYTES)) for _ in range(RECOVERY_CODES)]
        async with self._desk.database() as database:
            done = await credentials.confirm(database, exchange.vault, name, wish.code, exchange.clock.now_ms(), codes)
        if not done:
            raise Refused("code_wrong")
        attempt.was_right()
        return answer(RecoveryCodes(codes))

    async def _remove(self, request: Asked) -> Response[bytes]:
        wish, name = convert(await read_json(request), CodeWish), person_of(request)
        attempt = self._attempts.take(request, name)
        exchange = self._desk.exchange
        async with self._desk.database() as database:
            if not await credentials.take(database, exchange.vault, name, wish.code, exchange.clock.now_ms()):
                raise Refused("code_wrong")
            await credentials.forget(database, name)
        attempt.was_right()
        return answer(None, 204)

    async def _prove(self, request: Asked, name: str, password: str) -> None:
        """Raise Refused unless it is the asker's password: a browser left open must not be enough."""
        attempt = self._attempts.take(request, name)
        async with self._desk.database() as database:
            kept = await users.find(database, name)
        if not await users.knows(kept, password):
            raise Refused("password_wrong")
        attempt.was_right()


def person_of(request: Asked) -> str:
    """The name of the person who asks. Raises Refused for keys."""
    asker = asker_of(request)
    if asker.kind != "user":
        raise Refused("person_wanted")
    return asker.name


def _recovery(noise: bytes) -> str:
    """A recovery code as it is written down: `abcd-efgh-ijkl-mnop`."""
    text = b32encode(noise).decode().lower()
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))
