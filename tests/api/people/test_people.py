"""People come in by a link, get roles, and go; an owner is always left."""

import asyncio

import pytest

from api.operator.asking import ask
from api.people.asking import PASSWORD, Person, a_person, new_name, sign_in
from api.problems import assert_problem, pointers
from outbid.store.people import users

LINKS = "/v1/invitations/"


async def invite(owner: Person, role: str = "viewer", name: str = "") -> str:
    """The address at which an invitation is used."""
    made = await owner.ask("POST", "/v1/people/invitations", {"name": name or new_name("guest"), "role": role})
    assert made.status == 201, made
    return LINKS + made.json["path"].removeprefix("/invite/")


async def test_somebody_joins_by_a_link_that_works_once(house):
    owner = await a_person(house, "owner")
    link = await invite(owner, "viewer", "Guest@house.test")
    told = (await ask(house, "GET", link, key=None)).json
    assert (told["name"], told["kind"], told["role"], told["codes"]) == ("guest@house.test", "join", "viewer", False)
    waiting = (await owner.ask("GET", "/v1/people")).json["invitations"]
    assert [(one["name"], one["role"], one["by"]) for one in waiting] == [("guest@house.test", "viewer", owner.name)]
    joined = await ask(house, "POST", link, {"password": PASSWORD}, key=None)
    guest = Person(house, "guest@house.test", joined)
    assert guest.me["role"] == "viewer"
    assert (await guest.ask("GET", "/v1/market")).status == 200
    assert (await sign_in(house, guest.name)).status == 201
    for method, body in (("GET", None), ("POST", {"password": PASSWORD})):
        assert_problem(await ask(house, method, link, body, key=None), 404, "link_unknown")
    people = {one["name"]: one for one in (await owner.ask("GET", "/v1/people")).json["items"]}
    assert set(people) == {owner.name, guest.name}
    assert [len(people[guest.name]["sign_ins"]), people[guest.name]["codes"]] == [2, False]
    assert [one["this"] for one in people[owner.name]["sign_ins"]] == [True]


async def test_of_two_who_use_a_link_at_once_one_joins(house):
    link = await invite(await a_person(house, "owner"))
    answers = await asyncio.gather(*(ask(house, "POST", link, {"password": PASSWORD}, key=None) for _ in range(3)))
    assert sorted(answer.status for answer in answers) == [201, 404, 404]


async def test_only_the_hash_of_a_link_is_kept_and_it_ends_after_seven_days(house):
    link = await invite(await a_person(house, "owner"))
    token = link.removeprefix(LINKS)
    assert len(token) == 32
    row = await house.connection.fetchrow("select *, expires_at - made_at as life from house_invitation")
    assert token not in str(dict(row))
    assert row["life"].days == 7
    await house.connection.execute("update house_invitation set expires_at = now() - interval '1 second'")
    assert_problem(await ask(house, "GET", link, key=None), 404, "link_unknown")
    assert_problem(await ask(house, "POST", link, {"password": PASSWORD}, key=None), 404, "link_unknown")


async def test_a_new_link_takes_the_place_of_the_old_one_and_a_withdrawn_one_opens_nothing(house):
    owner, name = await a_person(house, "owner"), new_name("guest")
    first, second = await invite(owner, name=name), await invite(owner, "operator", name)
    assert_problem(await ask(house, "GET", first, key=None), 404, "link_unknown")
    assert (await ask(house, "GET", second, key=None)).json["role"] == "operator"
    assert (await owner.ask("DELETE", f"/v1/people/invitations/{name}")).status == 204
    assert_problem(await ask(house, "GET", second, key=None), 404, "link_unknown")
    assert_problem(await owner.ask("DELETE", f"/v1/people/invitations/{name}"), 404, "link_unknown")


@pytest.mark.parametrize(
    ("wish", "place"),
    [
        ({"name": "Ann Lee", "role": "viewer"}, "/name"),
        ({"name": "invitations", "role": "viewer"}, "/name"),
        ({"name": "guest", "role": "chief"}, "/role"),
        ({"name": "guest"}, "/role"),
    ],
)
async def test_an_invitation_that_cannot_be_is_refused_where_it_is_wrong(house, wish, place):
    owner = await a_person(house, "owner")
    answer = await owner.ask("POST", "/v1/people/invitations", wish)
    assert pointers(assert_problem(answer, 422, "body_faulty")) == [place]


async def test_nobody_is_invited_who_is_there_and_a_short_password_leaves_the_link(house):
    owner = await a_person(house, "owner")
    answer = await owner.ask("POST", "/v1/people/invitations", {"name": owner.name, "role": "viewer"})
    assert pointers(assert_problem(answer, 422, "body_faulty")) == ["/name"]
    link = await invite(owner)
    short = await ask(house, "POST", link, {"password": "short"}, key=None)
    assert pointers(assert_problem(short, 422, "body_faulty")) == ["/password"]
    assert (await ask(house, "POST", link, {"password": PASSWORD}, key=None)).status == 201


async def test_a_forgotten_password_is_given_anew_by_a_link(house):
    owner, guest = await a_person(house, "owner"), await a_person(house, "operator")
    made = await owner.ask("POST", f"/v1/people/{guest.name}/reset", {})
    link = LINKS + made.json["path"].removeprefix("/invite/")
    told = (await ask(house, "GET", link, key=None)).json
    assert (told["kind"], told["role"]) == ("password", "operator")
    assert (await guest.ask("GET", "/v1/session")).status == 200, "until it is used nothing changes"
    assert (await ask(house, "POST", link, {"password": "another long word"}, key=None)).status == 201
    assert_problem(await guest.ask("GET", "/v1/session"), 401, "session_unknown")
    assert (await sign_in(house, guest.name, "another long word")).status == 201
    assert_problem(await sign_in(house, guest.name), 401, "login_failed")
    assert_problem(await owner.ask("POST", "/v1/people/nobody/reset", {}), 404, "person_unknown")


async def test_a_new_role_holds_at_once(house):
    owner, guest = await a_person(house, "owner"), await a_person(house, "operator")
    assert (await owner.ask("PATCH", f"/v1/people/{guest.name}", {"role": "viewer"})).status == 204
    assert_problem(await guest.ask("PUT", "/v1/sellers/new", {}, If_None_Match="*"), 403, "role_not_allowed")
    assert (await owner.ask("PATCH", f"/v1/people/{guest.name}", {"role": "owner"})).status == 204
    link = await invite(guest)
    assert (await owner.ask("PATCH", f"/v1/people/{guest.name}", {"role": "operator"})).status == 204
    assert_problem(await ask(house, "GET", link, key=None), 404, "link_unknown")
    assert_problem(await owner.ask("PATCH", "/v1/people/nobody", {"role": "viewer"}), 404, "person_unknown")


async def test_the_last_owner_can_neither_go_nor_step_down(house):
    owner, guest = await a_person(house, "owner"), await a_person(house, "operator")
    for role in ("operator", "viewer"):
        answer = await owner.ask("PATCH", f"/v1/people/{owner.name}", {"role": role})
        assert_problem(answer, 409, "last_owner")
    assert_problem(await owner.ask("DELETE", f"/v1/people/{owner.name}"), 409, "last_owner")
    assert (await owner.ask("PATCH", f"/v1/people/{owner.name}", {"role": "owner"})).status == 204
    await owner.ask("PATCH", f"/v1/people/{guest.name}", {"role": "owner"})
    assert (await owner.ask("DELETE", f"/v1/people/{owner.name}")).status == 204
    assert_problem(await guest.ask("DELETE", f"/v1/people/{guest.name}"), 409, "last_owner")


async def test_two_owners_who_remove_each_other_leave_one(house):
    one, two = await a_person(house, "owner"), await a_person(house, "owner")
    answers = await asyncio.gather(
        one.ask("DELETE", f"/v1/people/{two.name}"), two.ask("DELETE", f"/v1/people/{one.name}")
    )
    assert sorted(answer.status for answer in answers) in ([204, 401], [204, 409])
    assert [user.role for user in await users.all_users(house.connection)] == ["owner"]


async def test_who_is_taken_away_is_signed_out_and_his_links_are_over(house):
    owner, guest = await a_person(house, "owner"), await a_person(house, "owner")
    link = await invite(guest)
    assert (await owner.ask("DELETE", f"/v1/people/{guest.name}")).status == 204
    assert_problem(await guest.ask("GET", "/v1/session"), 401, "session_unknown")
    assert_problem(await ask(house, "GET", link, key=None), 404, "link_unknown")
    assert_problem(await owner.ask("DELETE", f"/v1/people/{guest.name}"), 404, "person_unknown")


async def test_somebody_is_signed_out_everywhere_and_the_asker_stays(house):
    owner, guest = await a_person(house, "owner"), await a_person(house, "viewer")
    other = Person(house, owner.name, await sign_in(house, owner.name))
    assert (await owner.ask("DELETE", f"/v1/people/{guest.name}/sign-ins")).status == 204
    assert_problem(await guest.ask("GET", "/v1/session"), 401, "session_unknown")
    assert (await owner.ask("DELETE", f"/v1/people/{owner.name}/sign-ins")).status == 204
    assert_problem(await other.ask("GET", "/v1/session"), 401, "session_unknown")
    assert (await owner.ask("GET", "/v1/session")).status == 200
    assert_problem(await owner.ask("DELETE", "/v1/people/nobody/sign-ins"), 404, "person_unknown")


async def test_what_owners_do_to_people_stands_on_record(house):
    owner, guest = await a_person(house, "owner"), await a_person(house, "operator")
    await owner.ask("PATCH", f"/v1/people/{guest.name}", {"role": "viewer"})
    await owner.ask("DELETE", f"/v1/people/{guest.name}")
    rows = await house.connection.fetch("select by, note from version order by number desc limit 2")
    assert [tuple(row.values()) for row in rows] == [
        (owner.name, f"person {guest.name}: taken away"),
        (owner.name, f"person {guest.name}: operator before, viewer now"),
    ]


async def test_the_first_of_a_house_is_its_owner(house):
    assert (await users.create(house.connection, new_name("first"), PASSWORD)).role == "owner"
    assert (await users.create(house.connection, new_name("second"), PASSWORD)).role == "operator"
