"""Signing in: a password for a cookie, a token for each write, and nothing for who guesses."""

import asyncio
import time

import pytest
import pytest_asyncio

from api.operator.asking import ask
from api.problems import assert_problem, pointers
from outbid.api.door.asking import COOKIE, SECURE_COOKIE
from outbid.store.people import sessions, users

PASSWORD = "correct horse battery"
_NEXT = iter(range(1000))


@pytest_asyncio.fixture
async def ann(house) -> str:
    """A new operator's name: attempts are counted by name."""
    name = f"ann{next(_NEXT)}"
    await users.create(house.connection, name, PASSWORD, "operator")
    return name


async def sign_in(house, name: str, password: str = PASSWORD, **headers: str):
    return await ask(house, "POST", "/v1/session", {"user": name, "password": password}, key=None, **headers)


class Browser:
    """Keeps the cookie and the token, as the portal does."""

    def __init__(self, house, signed_in) -> None:
        assert signed_in.status == 201, signed_in
        self.house = house
        self.cookie = signed_in.headers["set-cookie"].partition(";")[0]
        self.csrf = signed_in.json["csrf"]

    async def ask(self, method: str, path: str, body=None, **headers: str):
        headers = {"Cookie": self.cookie, "X_CSRF_Token": self.csrf} | headers
        return await ask(self.house, method, path, body, key=None, **{k: v for k, v in headers.items() if v})


async def test_a_person_signs_in_works_and_signs_out(house, ann):
    signed_in = await sign_in(house, ann)
    assert (signed_in.json["kind"], signed_in.json["name"], signed_in.json["role"]) == ("user", ann, "operator")
    browser = Browser(house, signed_in)
    assert (await browser.ask("GET", "/v1/session")).json == signed_in.json, (
        "a page that was loaded again knows as much"
    )
    made = await browser.ask("PUT", "/v1/sellers/new", {}, If_None_Match="*")
    assert made.status == 201
    version = (await browser.ask("GET", f"/v1/versions/{made.headers['etag'].strip(chr(34))}")).json
    assert version["by"] == ann
    gone = await browser.ask("DELETE", "/v1/session")
    assert gone.status == 204
    assert "Max-Age=0" in gone.headers["set-cookie"]
    assert_problem(await browser.ask("GET", "/v1/session"), 401, "session_unknown")


async def test_the_cookie_is_kept_from_scripts_and_other_sites(house, ann):
    cookie = (await sign_in(house, ann)).headers["set-cookie"]
    name, *flags = (part.strip() for part in cookie.split(";"))
    assert name.startswith(f"{COOKIE}=")
    assert len(name) == len(COOKIE) + 1 + 64
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(flags)
    assert "Secure" not in flags
    assert not any(flag.startswith("Domain") for flag in flags)


async def test_over_tls_the_cookie_is_bound_to_this_host(house, ann):
    signed_in = await sign_in(house, ann, X_Forwarded_Proto="https")
    cookie = signed_in.headers["set-cookie"]
    assert cookie.startswith(f"{SECURE_COOKIE}=")
    assert {"Secure", "HttpOnly", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    browser = Browser(house, signed_in)
    assert (await browser.ask("GET", "/v1/session", X_Forwarded_Proto="https")).status == 200
    planted = browser.cookie.replace(SECURE_COOKIE, COOKIE)
    answer = await browser.ask("GET", "/v1/session", Cookie=planted, X_Forwarded_Proto="https")
    assert_problem(answer, 401, "key_missing")


@pytest.mark.parametrize("token", ["", "0" * 64, "é"])
async def test_a_write_by_cookie_without_its_token_is_refused(house, ann, token):
    browser = Browser(house, await sign_in(house, ann))
    for method, path, body in (
        ("PUT", "/v1/sellers/new", {}), ("PATCH", "/v1/sellers/acme", {}), ("DELETE", "/v1/sellers/acme", None),
        ("POST", "/v1/market", {}), ("POST", "/v1/keys", {"holder": "house"}), ("DELETE", "/v1/session", None),
    ):  # fmt: skip
        assert_problem(await browser.ask(method, path, body, X_CSRF_Token=token, If_Match="*"), 403, "csrf_missing")
    assert (await browser.ask("GET", "/v1/sellers", X_CSRF_Token=token)).status == 200
    other = Browser(house, await sign_in(house, ann))
    answer = await browser.ask("DELETE", "/v1/session", X_CSRF_Token=other.csrf)
    assert_problem(answer, 403, "csrf_missing")


async def test_nothing_that_is_kept_opens_a_session(house, ann):
    browser = Browser(house, await sign_in(house, ann))
    token = browser.cookie.partition("=")[2]
    rows = await house.connection.fetch("select token_hash from house_session where user_name = $1", ann)
    assert [row["token_hash"] for row in rows] == [sessions.hash_of(token)]
    kept = await house.connection.fetchval("select hash from house_user where name = $1", ann)
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,")
    stolen = f"{COOKIE}={rows[0]['token_hash'].hex()}"
    assert_problem(await browser.ask("GET", "/v1/session", Cookie=stolen), 401, "session_unknown")


async def test_a_session_ends_by_itself(house, ann):
    browser = Browser(house, await sign_in(house, ann))
    await house.connection.execute("update house_session set expires_at = now() where user_name = $1", ann)
    assert_problem(await browser.ask("GET", "/v1/session"), 401, "session_unknown")
    await sign_in(house, ann)
    left = await house.connection.fetchval("select count(*) from house_session where user_name = $1", ann)
    assert left == 1, "what is over goes with the next session"


async def test_another_password_ends_every_session(house, ann):
    browser = Browser(house, await sign_in(house, ann))
    await users.set_password(house.connection, ann, "another long word")
    assert_problem(await browser.ask("GET", "/v1/session"), 401, "session_unknown")
    assert_problem(await sign_in(house, ann), 401, "login_failed")
    assert (await sign_in(house, ann, "another long word")).status == 201


async def test_who_is_taken_away_is_out_at_once(house, ann):
    browser = Browser(house, await sign_in(house, ann))
    assert await users.remove(house.connection, ann, "me") is True
    assert await users.remove(house.connection, ann, "me") is False
    assert_problem(await browser.ask("GET", "/v1/session"), 401, "session_unknown")


async def test_a_viewer_looks_and_changes_nothing(house):
    name = f"bob{next(_NEXT)}"
    await users.create(house.connection, name, PASSWORD, "viewer")
    browser = Browser(house, await sign_in(house, name))
    assert (await browser.ask("GET", "/v1/market")).status == 200
    for method, path, body in (("PUT", "/v1/sellers/new", {}), ("POST", "/v1/keys", {"holder": "house"})):
        assert_problem(await browser.ask(method, path, body, If_None_Match="*"), 403, "role_not_allowed")
    assert (await browser.ask("DELETE", "/v1/session")).status == 204, "everybody may leave"


async def test_a_viewer_sees_no_secret(house):
    name, word = f"bob{next(_NEXT)}", "a-word-that-opens-doors"
    await users.create(house.connection, name, PASSWORD, "viewer")
    headers = {"Authorization": f"Bearer {word}", "Accept": "text/plain"}
    await ask(house, "PATCH", "/v1/offers/b", {"delivery": {"settings": {"headers": headers}}}, If_Match="*")
    browser = Browser(house, await sign_in(house, name))
    for path in ("/v1/offers/b", "/v1/offers", "/v1/market"):
        told = (await browser.ask("GET", path)).body.decode()
        assert word not in told
        assert (
            '"Authorization":"•••","Accept":"text/plain"' in told
            or '"Accept":"text/plain","Authorization":"•••"' in told
        )
        assert word in (await ask(house, "GET", path)).body.decode(), "an operator can write back what he reads"


async def test_a_key_counts_before_a_cookie(house, ann):
    browser = Browser(house, await sign_in(house, ann))
    answer = await browser.ask("GET", "/v1/session", Authorization="Bearer ob_seller")
    assert_problem(answer, 403, "key_not_allowed")
    assert (await browser.ask("GET", "/v1/session", Authorization="Bearer ob_house")).json["kind"] == "key"


async def test_a_name_is_known_in_any_case(house, ann):
    assert (await sign_in(house, f" {ann.upper()} ")).json["name"] == ann


async def test_wrong_passwords_and_unknown_users_look_the_same(house, ann):
    wrong = await sign_in(house, ann, "wrong horse battery")
    nobody = await sign_in(house, f"{ann}x", "wrong horse battery")
    assert_problem(wrong, 401, "login_failed")
    assert wrong.body == nobody.body
    assert "set-cookie" not in wrong.headers


async def test_an_unknown_user_takes_as_long_as_a_known_one(house, ann):
    kept = await users.find(house.connection, ann)
    await users.knows(kept, "wrong horse battery")
    spent = {}
    for who in (kept, None):
        times = []
        for _ in range(5):
            begun = time.process_time()
            assert await users.knows(who, "wrong horse battery") is False
            times.append(time.process_time() - begun)
        spent[who is None] = min(times)
    assert 0.7 < spent[True] / spent[False] < 1.5


async def test_guessing_is_slowed_even_if_many_guesses_come_at_once(house, ann):
    answers = await asyncio.gather(*(sign_in(house, ann, f"guess number {i}") for i in range(9)))
    statuses = [answer.status for answer in answers]
    assert (statuses.count(401), statuses.count(429)) == (5, 4)
    late = await sign_in(house, ann)
    assert_problem(late, 429, "login_throttled")
    assert 1 <= int(late.headers["retry-after"]) <= 30


async def test_who_signs_in_often_is_not_slowed(house, ann):
    for _ in range(8):
        assert (await sign_in(house, ann)).status == 201


@pytest.mark.parametrize(
    ("body", "places"),
    [
        ({}, ["/user", "/password"]),
        ({"user": "a", "password": None}, ["/password"]),
        ({"user": "a", "password": "b", "remember": True}, ["/remember"]),
        ({"user": "a", "password": "x" * 1001}, ["/password"]),
        ({"user": "a" * 101, "password": "b"}, ["/user"]),
        ({"user": "a\0", "password": "b"}, ["/user"]),
    ],
)
async def test_what_is_no_login_is_told_so(house, body, places):
    assert (
        pointers(assert_problem(await ask(house, "POST", "/v1/session", body, key=None), 422, "body_faulty")) == places
    )


async def test_a_form_of_another_site_signs_nobody_in(house, ann):
    body = f'{{"user": "{ann}", "password": "{PASSWORD}"}}'.encode()
    for given in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        answer = await ask(house, "POST", "/v1/session", body, key=None, content_type=given)
        assert_problem(answer, 415, "media_type_unknown")


async def test_a_user_that_cannot_be_is_refused_with_a_sentence(house, ann):
    for name, password, role, words in (
        ("", PASSWORD, "operator", "is no name"),
        ("Ann Lee", PASSWORD, "operator", "is no name"),
        ("a" * 101, PASSWORD, "operator", "is no name"),
        ("carl", "short", "operator", "between 10 and 1000"),
        ("carl", PASSWORD, "chief", "owner, operator, viewer"),
        (ann, PASSWORD, "operator", "already"),
    ):
        with pytest.raises(users.UserFault, match=words):
            await users.create(house.connection, name, password, role)
    with pytest.raises(users.UserFault, match="no user"):
        await users.set_password(house.connection, "carl", PASSWORD)


async def test_an_old_hash_is_made_anew_at_the_next_sign_in(house, ann):
    from argon2 import PasswordHasher

    cheap = PasswordHasher(time_cost=1, memory_cost=8192).hash(PASSWORD)
    await house.connection.execute("update house_user set hash = $2 where name = $1", ann, cheap)
    assert (await sign_in(house, ann)).status == 201
    kept = await house.connection.fetchval("select hash from house_user where name = $1", ann)
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,")
    assert (await sign_in(house, ann)).status == 201
