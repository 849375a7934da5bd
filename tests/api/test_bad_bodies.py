"""Bodies that are no lead, or only half of one: each gets a clear problem, and the house goes on selling."""

import importlib
import json
from datetime import UTC, datetime

import msgspec
import pytest

from api.conftest import MORE_FIELDS
from api.problems import assert_problem, pointers
from api.speak import Talk, whole
from harness.house import request
from harness.market import FIELDS, lead
from outbid.core.ids import LEAD, parse
from outbid.core.scope import HOUSE
from outbid.exchange.revive import lead_of
from outbid.store import leads

NESTED = 100_000


def text(**more) -> bytes:
    return json.dumps(lead(**more)).encode()


def deep(levels: int) -> bytes:
    """An object in an object …, `levels` of them in all."""
    return b'{"a":' * (levels - 1) + b'{"b":1}' + b"}" * (levels - 1)


NO_LEADS = {
    "nothing": (b"", 400, "body_not_json"),
    "blanks": (b"  \n ", 400, "body_not_json"),
    "null": (b"null", 400, "body_not_object"),
    "a list": (b'[{"zip": "78701"}]', 400, "body_not_object"),
    "a text": (b'"zip"', 400, "body_not_object"),
    "a number": (b"12", 400, "body_not_object"),
    "a boolean": (b"true", 400, "body_not_object"),
    "plain words": (b"zip is 78701", 400, "body_not_json"),
    "half an object": (b'{"zip": "787', 400, "body_not_json"),
    "two objects": (b'{"zip": "78701"} {"zip": "78701"}', 400, "body_not_json"),
    "half a pair": (b'{"zip": "\\ud800"}', 400, "body_not_json"),
    "single quotes": (b"{'zip': '78701'}", 400, "body_not_json"),
    "NaN": (b'{"amount": NaN}', 400, "body_not_json"),
    "infinity": (b'{"amount": -Infinity}', 400, "body_not_json"),
    "a number beyond floats": (b'{"amount": 1e999}', 400, "body_not_json"),
    "a number of five thousand digits": (b'{"amount": 1' + b"0" * 5000 + b"}", 400, "body_not_json"),
    "latin-1": ('{"first_name": "José"}'.encode("latin-1"), 400, "body_not_json"),
    "UTF-16": ('{"zip": "78701"}'.encode("utf-16"), 400, "body_not_json"),
    "UTF-16 without a mark": ('{"zip": "78701"}'.encode("utf-16-le"), 400, "body_not_json"),
    "UTF-32": ('{"zip": "78701"}'.encode("utf-32"), 400, "body_not_json"),
    "half a character": (b'{"first_name": "Jos\xc3"}', 400, "body_not_json"),
    "a lone surrogate": (b'{"first_name": "\\ud800"}', 400, "body_not_json"),
    "a control character": (b'{"first_name": "a\x00b"}', 400, "body_not_json"),
    "binary": (bytes(range(256)) * 16, 400, "body_not_json"),
    "a hundred thousand lists": (b'{"a":' + b"[" * NESTED + b"]" * NESTED + b"}", 400, "body_too_deep"),
    "a hundred thousand brackets that never close": (b"[" * NESTED, 400, "body_too_deep"),
    "twenty thousand objects": (deep(20_000), 400, "body_too_deep"),
    "seventeen objects": (deep(17), 400, "body_too_deep"),
    "two megabytes": (text(note="x" * (2 << 20)), 413, "body_too_large"),
    "ten megabytes": (text(note="x" * (10 << 20)), 413, "body_too_large"),
    "one byte too many": (text().ljust((256 << 10) + 1), 413, "body_too_large"),
    "501 fields": (json.dumps({f"f{n}": n for n in range(501)}).encode(), 400, "too_many_fields"),
    "5,000 fields": (json.dumps({f"f{n}": n for n in range(5000)}).encode(), 400, "too_many_fields"),
    "501 fields in an object": (json.dumps({"a": {f"f{n}": n for n in range(501)}}).encode(), 400, "too_many_fields"),
}


@pytest.mark.parametrize(("body", "status", "code"), NO_LEADS.values(), ids=NO_LEADS)
async def test_what_is_no_lead_is_refused_with_a_reason(house, body, status, code):
    answer = await request(house.port, "POST", "/v1/leads", body, headers=("Content-Type: application/json",))
    found = assert_problem(answer, status, code)
    assert "lead" not in found
    assert len(answer.body) < 1000


@pytest.mark.parametrize("body", [NO_LEADS["ten megabytes"][0], NO_LEADS["two objects"][0], b""])
async def test_after_a_refusal_the_connection_can_be_used_again(house, body):
    async with Talk(house.port) as talk:
        await talk.say(whole(body))
        assert (await talk.hear()).status in (400, 413)
        await talk.say(whole(text()))
        assert (await talk.hear()).json["outcome"] == "sold"


GOOD_LEADS = {
    "a byte order mark": b"\xef\xbb\xbf" + text(),
    "blanks around it": b"\n\t " + text() + b"\r\n",
    "exactly as large as allowed": text().ljust(256 << 10),
    "escaped letters": text(first_name="Jos\u00e9 \U0001f697"),
    "five hundred fields": json.dumps(lead() | {f"f{n}": n for n in range(494)}).encode(),
    "sixteen levels": json.dumps(lead()).encode()[:-1] + b', "x": ' + deep(15) + b"}",
    "a number of thirty digits under an unknown name": text(count=10**30),
    "empty objects and lists": text(a={}, b=[], c=None, d=""),
    "null for a field that is not required": text(amount=None, state=None),
}


@pytest.mark.parametrize("body", GOOD_LEADS.values(), ids=GOOD_LEADS)
async def test_what_is_odd_but_clear_is_sold(house, body):
    answer = await request(house.port, "POST", "/v1/leads", body, headers=("Content-Type: application/json",))
    assert (answer.status, answer.json["outcome"]) == (200, "sold"), answer


async def test_of_a_key_that_stands_twice_the_last_counts(house):
    body = text().replace(b'"zip": "78701"', b'"zip": "nonsense", "zip": "78701"')
    assert (await request(house.port, "POST", "/v1/leads", body)).json["outcome"] == "sold"
    body = text().replace(b'"zip": "78701"', b'"zip": "78701", "zip": "nonsense"')
    assert pointers(assert_problem(await request(house.port, "POST", "/v1/leads", body), 422, "zip.not_a_zip")) == [
        "/zip"
    ]


CONTENT_TYPES = {
    "no content type": None,
    "a form": "application/x-www-form-urlencoded",
    "text": "text/plain; charset=latin-1",
    "XML": "application/xml",
    "nonsense": ";;;=",
    "a lead's own": "application/vnd.lead+json",
}


@pytest.mark.parametrize("named", CONTENT_TYPES.values(), ids=CONTENT_TYPES)
async def test_a_wrong_content_type_is_forgiven_if_the_body_is_json(house, named):
    headers = () if named is None else (f"Content-Type: {named}",)
    answer = await request(house.port, "POST", "/v1/leads", text(), headers=headers)
    assert answer.json["outcome"] == "sold"


@pytest.mark.parametrize(
    ("named", "body", "status", "code"),
    [
        ("application/x-www-form-urlencoded", b"zip=78701&state=TX", 415, "media_type_unknown"),
        ("application/xml", b"<lead><zip>78701</zip></lead>", 415, "media_type_unknown"),
        ("text/csv", b"zip,state\n78701,TX", 415, "media_type_unknown"),
        ("multipart/form-data; boundary=x", b"--x--", 415, "media_type_unknown"),
        ("application/json", b"zip=78701", 400, "body_not_json"),
        ("APPLICATION/JSON; charset=utf-8", b"zip=78701", 400, "body_not_json"),
    ],
)
async def test_another_format_is_named_as_such(house, named, body, status, code):
    answer = await request(house.port, "POST", "/v1/leads", body, headers=(f"Content-Type: {named}",))
    found = assert_problem(answer, status, code)
    if status == 415:
        assert named.partition(";")[0] in found["detail"]


# -- values ----------------------------------------------------------------------------------------------------------

TYPES = {field["name"]: field for field in FIELDS + MORE_FIELDS}
WRONG = {
    "a list": ["78701"],
    "an empty list": [],
    "a list in a list": [[["x"]]],
    "a boolean": True,
    "false": False,
    "zero": 0,
    "a negative number": -5,
    "a fraction": 3.25,
    "a number of nineteen digits": 9_223_372_036_854_775_807,
    "a number of thirty digits": 10**30,
    "the largest float": 1.7976931348623157e308,
    "empty text": "",
    "a zero character": "\x00",
    "text with a zero character": "78701\x00",
    "a right-to-left mark": "\u202e78701",
    "ten thousand letters": "x" * 10_000,
    "markup": "<script>alert(1)</script>",
    "SQL": "'; drop table lead; --",
    "a line end": "a\r\nX-Injected: 1",
}


@pytest.mark.parametrize("kind", WRONG)
@pytest.mark.parametrize("name", TYPES)
async def test_a_value_of_a_wrong_type_is_refused_where_its_field_type_says_so(house, name, kind):
    raw = WRONG[kind]
    plugin = importlib.import_module(f"outbid.plugins.fields.{TYPES[name]['type']}")
    settings = msgspec.convert(TYPES[name].get("settings", {}), plugin.Settings)
    read = plugin.read(raw, settings, datetime.now(UTC).date())
    answer = await house.sell(lead(**{name: raw}))
    if read.fault is not None:
        found = assert_problem(answer, 422, f"{TYPES[name]['type']}.{read.fault}")
        assert pointers(found) == [f"/{name}"]
        assert found["outcome"] == "refused"
    elif read.value is None and name in ("first_name", "email", "phone", "zip"):
        assert pointers(assert_problem(answer, 422, "required.missing")) == [f"/{name}"]
    else:
        assert (answer.status, answer.json["outcome"]) == (200, "sold"), answer
    if isinstance(raw, str) and len(raw) > 9:
        assert raw.encode() not in answer.body


@pytest.mark.parametrize("name", TYPES)
async def test_an_object_where_a_field_is_due_becomes_dotted_names(house, name):
    answer = await house.sell(lead(**{name: {"value": "x"}}))
    if name in ("first_name", "email", "phone", "zip"):
        assert pointers(assert_problem(answer, 422, "required.missing")) == [f"/{name}"]
    else:
        assert answer.json["outcome"] == "sold"


async def test_every_missing_field_is_named_at_once(house):
    found = assert_problem(await house.sell({"state": "TX"}), 422, "required.missing")
    assert pointers(found) == ["/first_name", "/email", "/phone", "/zip"]
    assert found["outcome"] == "refused"
    assert found["lead"].startswith("ld_")
    assert all(error["fix"] for error in found["errors"])


async def test_missing_fields_and_wrong_ones_are_named_together(house):
    person = lead(zip="nonsense", amount="many")
    del person["email"]
    found = assert_problem(await house.sell(person), 422, "required.missing")
    assert [(error["pointer"], error["code"]) for error in found["errors"]] == [
        ("/email", "required.missing"),
        ("/zip", "zip.not_a_zip"),
        ("/amount", "integer.not_a_number"),
    ]


async def test_an_empty_object_is_a_lead_without_fields(house):
    assert len(pointers(assert_problem(await house.sell({}), 422, "required.missing"))) == 4


# -- unknown fields --------------------------------------------------------------------------------------------------

UNKNOWN = {
    "utm_source": "mail",
    "sub-id": 12,
    "a list": [1, "two", {"three": 3}],
    "nested.name": "x",
    "": "no name",
    "\x00": "a zero name",
    "zero": "a\x00b",
    "nothing": None,
    "ключ": "значение \U0001f697",
    "__proto__": "x",
    "birth_date.age": 99,
    "k" * 1000: "long",
}


async def test_unknown_fields_are_kept_sealed_and_shown(house):
    answer = await house.sell(lead(**UNKNOWN, vehicle={"make": "Ford", "doors": {"count": 4}}))
    assert answer.json["outcome"] == "sold"
    record = await leads.read(house.connection, HOUSE, *parse(LEAD, answer.json["lead"]))
    exchange = house.process.exchange
    found = lead_of(exchange.vault, record, exchange.market)
    assert found.unknown == UNKNOWN | {"vehicle.make": "Ford", "vehicle.doors.count": 4}
    assert found.facts["birth_date.age"] != 99
    for marker in (b"utm_source", b"vehicle.make", "значение".encode()):
        assert marker not in record.facts
        assert marker not in record.sealed


@pytest.mark.parametrize("levels", [17, 200])
async def test_lists_count_as_levels_too(house, levels):
    body = text()[:-1] + b', "pile": ' + b"[" * levels + b"]" * levels + b"}"
    assert_problem(await request(house.port, "POST", "/v1/leads", body), 400, "body_too_deep")


async def test_a_deep_list_that_was_taken_in_can_be_read_again(house):
    body = text()[:-1] + b', "pile": ' + b"[" * 15 + b"1" + b"]" * 15 + b"}"
    answer = await request(house.port, "POST", "/v1/leads", body)
    record = await leads.read(house.connection, HOUSE, *parse(LEAD, answer.json["lead"]))
    found = lead_of(house.process.exchange.vault, record, house.process.exchange.market)
    assert json.dumps(found.unknown["pile"]) == "[" * 15 + "1" + "]" * 15
