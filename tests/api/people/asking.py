"""A person at a browser, as the tests of people ask."""

import time
from base64 import b32decode
from itertools import count
from typing import Any

from api.operator.asking import ask
from harness.house import Answer, House
from outbid.core.people.totp import STEP_S, code_at
from outbid.store.people import users

PASSWORD = "correct horse battery"
_NEXT = count()


class Person:
    """Somebody with a cookie."""

    def __init__(self, house: House, name: str, signed_in: Answer) -> None:
        assert signed_in.status == 201, signed_in
        self.house, self.name, self.me = house, name, signed_in.json
        self.cookie = signed_in.headers["set-cookie"].partition(";")[0]

    async def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        headers = {"Cookie": self.cookie, "X_CSRF_Token": self.me["csrf"]} | headers
        return await ask(self.house, method, path, body, key=None, **headers)


class App:
    """An app that makes codes; each call gives the next one that was not used."""

    def __init__(self, secret: str) -> None:
        self.secret = b32decode(secret)
        self.step = int(time.time()) // STEP_S - 2

    def code(self) -> str:
        self.step += 1
        return code_at(self.secret, self.step)


def new_name(role: str) -> str:
    """A name that nobody had: attempts are counted by name."""
    return f"{role}{next(_NEXT)}"


async def sign_in(house: House, name: str, password: str = PASSWORD, **more: str) -> Answer:
    return await ask(house, "POST", "/v1/session", {"user": name, "password": password} | more, key=None)


async def a_person(house: House, role: str) -> Person:
    """Somebody new of this role, signed in."""
    name = new_name(role)
    await users.create(house.connection, name, PASSWORD, role)  # type: ignore[arg-type]
    return Person(house, name, await sign_in(house, name))
