"""The house's name and zone: read by all, set by owners, and used where the house counts."""

from api.operator.asking import ask
from api.people.asking import a_person
from api.problems import assert_problem, pointers

PATH = "/v1/settings"


async def test_an_owner_sets_them_and_the_house_counts_by_them(house):
    owner = await a_person(house, "owner")
    read = await owner.ask("GET", PATH)
    assert (read.json["name"], read.json["zone"], read.headers["etag"]) == ("", "", '"0"')
    assert read.json["zone_now"] == (await owner.ask("GET", "/v1/me")).json["house"]["zone"]
    wish = {"name": " Harbor  Leads ", "zone": "Asia/Tokyo"}
    changed = await owner.ask("PATCH", PATH, wish, If_Match=read.headers["etag"])
    assert (changed.status, changed.headers["etag"]) == (200, '"1"')
    rules = {"contact": "", "codes_wanted": False, "request_days": 45}
    assert changed.json == {"name": "Harbor Leads", "zone": "Asia/Tokyo", "zone_now": "Asia/Tokyo"} | rules
    told = (await owner.ask("GET", "/v1/me")).json["house"]
    assert (told["name"], told["zone"]) == ("Harbor Leads", "Asia/Tokyo")
    assert (await owner.ask("GET", "/v1/live/summary")).json["zone"] == "Asia/Tokyo"
    note = await house.connection.fetchval("select note from version order by number desc limit 1")
    assert "Harbor Leads" in note
    same = await owner.ask("PATCH", PATH, {"zone": "Asia/Tokyo"}, If_Match='"1"')
    assert same.headers["etag"] == '"1"', "nothing changed"
    back = await owner.ask("PATCH", PATH, {"zone": None}, If_Match='"1"')
    assert (back.json["name"], back.json["zone"]) == ("Harbor Leads", "")


async def test_who_read_an_older_version_is_told(house):
    owner = await a_person(house, "owner")
    assert_problem(await owner.ask("PATCH", PATH, {"name": "A"}), 428, "precondition_missing")
    assert (await owner.ask("PATCH", PATH, {"name": "A"}, If_Match='"0"')).status == 200
    assert_problem(await owner.ask("PATCH", PATH, {"name": "B"}, If_Match='"0"'), 412, "version_old")
    assert (await owner.ask("GET", PATH)).json["name"] == "A"


async def test_what_no_setting_can_be_is_refused_where_it_stands(house):
    for wish, place in (
        ({"zone": "Mars/Olympus"}, "/zone"),
        ({"zone": "../etc/passwd"}, "/zone"),
        ({"name": "x" * 81}, "/name"),
        ({"colour": "red"}, "/colour"),
        ({"name": 7}, "/name"),
        ({"contact": "x" * 201}, "/contact"),
        ({"request_days": 0}, "/request_days"),
        ({"request_days": 366}, "/request_days"),
        ({"codes_wanted": "yes"}, "/codes_wanted"),
    ):
        answer = await ask(house, "PATCH", PATH, wish, If_Match="*")
        assert pointers(assert_problem(answer, 422, "body_faulty")) == [place]
