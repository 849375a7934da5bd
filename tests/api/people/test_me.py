"""One's own password, and the codes of an app beside it."""

import time

import pytest

from api.operator.asking import ask
from api.people.asking import PASSWORD, App, Person, a_person, sign_in
from api.problems import assert_problem, pointers
from harness.house import MASTER
from outbid.core.people.totp import code_at
from outbid.exchange.clock import noise_source
from outbid.store.house import credentials
from outbid.store.vault import Vault


async def test_a_password_is_changed_by_who_knows_the_old_one_and_ends_his_other_sessions(house):
    ann = await a_person(house, "viewer")
    other = Person(house, ann.name, await sign_in(house, ann.name))
    wish = {"old": "wrong horse battery", "new": "another long word"}
    assert_problem(await ann.ask("POST", "/v1/me/password", wish), 403, "password_wrong")
    short = await ann.ask("POST", "/v1/me/password", {"old": PASSWORD, "new": "short"})
    assert pointers(assert_problem(short, 422, "body_faulty")) == ["/new"]
    assert (await ann.ask("POST", "/v1/me/password", wish | {"old": PASSWORD})).status == 204
    assert (await ann.ask("GET", "/v1/session")).status == 200
    assert_problem(await other.ask("GET", "/v1/session"), 401, "session_unknown")
    assert (await sign_in(house, ann.name, "another long word")).status == 201


async def test_a_key_has_neither_password_nor_codes(house):
    for method, path, body in (
        ("POST", "/v1/me/password", {"old": "a", "new": "b"}),
        ("GET", "/v1/me/totp", None),
        ("POST", "/v1/me/totp", {"password": "a"}),
        ("POST", "/v1/me/totp/confirm", {"code": "1"}),
        ("POST", "/v1/me/totp/remove", {"code": "1"}),
    ):
        assert_problem(await ask(house, method, path, body), 409, "person_wanted")


@pytest.fixture
async def ann(house):
    return await a_person(house, "operator")


async def turned_on(person: Person) -> tuple[App, list[str]]:
    begun = await person.ask("POST", "/v1/me/totp", {"password": PASSWORD})
    assert begun.status == 201, begun
    assert begun.json["address"].startswith(f"otpauth://totp/Outbid:{person.name}?secret={begun.json['secret']}")
    app = App(begun.json["secret"])
    confirmed = await person.ask("POST", "/v1/me/totp/confirm", {"code": app.code()})
    assert confirmed.status == 200, confirmed
    return app, confirmed.json["codes"]


async def test_from_its_confirmation_on_a_code_is_wanted_and_each_works_once(house, ann):
    assert_problem(await ann.ask("POST", "/v1/me/totp", {"password": "wrong"}), 403, "password_wrong")
    await ann.ask("POST", "/v1/me/totp", {"password": PASSWORD})
    assert (await sign_in(house, ann.name)).status == 201, "what was only begun is not wanted"
    assert_problem(await ann.ask("POST", "/v1/me/totp/confirm", {"code": "000000"}), 401, "code_wrong")
    app, codes = await turned_on(ann)
    assert (await ann.ask("GET", "/v1/me/totp")).json == {"on": True, "recovery_left": 10}
    assert len(set(codes)) == 10
    again = await ann.ask("POST", "/v1/me/totp", {"password": PASSWORD})
    assert_problem(again, 409, "codes_wanted_already")
    wanted = await sign_in(house, ann.name)
    assert_problem(wanted, 401, "code_wanted")
    assert "set-cookie" not in wanted.headers
    assert_problem(await sign_in(house, ann.name, "wrong horse battery", code=app.code()), 401, "login_failed")
    code = code_at(app.secret, app.step)
    assert (await sign_in(house, ann.name, code=f"{code[:3]} {code[3:]}")).status == 201
    assert_problem(await sign_in(house, ann.name, code=code), 401, "code_wrong")
    first = code_at(app.secret, app.step - 1)
    assert_problem(await sign_in(house, ann.name, code=first), 401, "code_wrong")


async def test_a_recovery_code_works_once_however_it_is_typed(house, ann):
    _, codes = await turned_on(ann)
    assert (await sign_in(house, ann.name, code=codes[0].upper().replace("-", " "))).status == 201
    assert_problem(await sign_in(house, ann.name, code=codes[0]), 401, "code_wrong")
    assert (await sign_in(house, ann.name, code=codes[9])).status == 201
    assert (await ann.ask("GET", "/v1/me/totp")).json["recovery_left"] == 8


async def test_guessing_codes_is_slowed_as_guessing_passwords_is(house, ann):
    app, _ = await turned_on(ann)
    answers = [await sign_in(house, ann.name, code=f"00000{i}") for i in range(6)]
    assert [answer.status for answer in answers] == [401] * 5 + [429]
    assert_problem(await sign_in(house, ann.name, code=app.code()), 429, "login_throttled")


async def test_codes_are_wanted_no_more_by_who_has_one(house, ann):
    app, codes = await turned_on(ann)
    assert_problem(await ann.ask("POST", "/v1/me/totp/remove", {"code": "123"}), 401, "code_wrong")
    assert (await ann.ask("POST", "/v1/me/totp/remove", {"code": app.code()})).status == 204
    assert (await ann.ask("GET", "/v1/me/totp")).json == {"on": False, "recovery_left": 0}
    assert (await sign_in(house, ann.name)).status == 201
    assert (await sign_in(house, ann.name, code=codes[0])).status == 201, "none is wanted, so none is looked at"


async def test_nothing_that_is_kept_makes_a_code(house, ann):
    app, codes = await turned_on(ann)
    rows = await house.connection.fetch("select * from house_credential")
    assert len(rows) == 11
    kept = b"".join(bytes(part) for row in rows for part in row.values() if isinstance(part, bytes))
    assert app.secret not in kept
    assert not any(code.replace("-", "").encode() in kept.lower() for code in codes)


async def test_a_link_to_a_new_password_wants_the_code_unless_an_owner_says_otherwise(house, ann):
    app, _ = await turned_on(ann)
    owner = await a_person(house, "owner")
    for codes in (True, False):
        made = await owner.ask("POST", f"/v1/people/{ann.name}/reset", {"codes": codes})
        link = "/v1/invitations/" + made.json["path"].removeprefix("/invite/")
        assert (await ask(house, "GET", link, key=None)).json["codes"] is codes
        if codes:
            answer = await ask(house, "POST", link, {"password": "another long word"}, key=None)
            assert_problem(answer, 401, "code_wanted")
            wish = {"password": "another long word", "code": app.code()}
            assert (await ask(house, "POST", link, wish, key=None)).status == 201
        else:
            assert (await ask(house, "POST", link, {"password": PASSWORD}, key=None)).status == 201
    assert (await sign_in(house, ann.name)).status == 201


async def test_secrets_of_codes_are_sealed_anew_with_another_master_key(house, ann):
    app, _ = await turned_on(ann)
    one = Vault({1: MASTER}, noise_source())
    two = Vault({1: MASTER, 2: b"2" * 32}, noise_source())
    two.use(2, 2, one.hash_keys)
    await credentials.seal_again(house.connection, two)
    assert await house.connection.fetchval("select key_version from house_credential where kind = 'totp'") == 2
    alone = Vault({2: b"2" * 32}, noise_source())
    now_ms = int(time.time() * 1000)
    assert await credentials.take(house.connection, alone, ann.name, app.code(), now_ms) is True
