"""The description is complete and true: every route, every code, and what is answered fits what is described."""

import re

import pytest

from api.operator.asking import ask
from api.problems import KNOWN
from harness.house import request
from outbid.api.app import Routes

CODE = re.compile(r"`(\w+)`")
NOT_DESCRIBED = {"/"}


async def document(house) -> dict:
    return (await request(house.port, "GET", "/v1/schema/openapi.json", key=None)).json


def operations(found: dict):
    for path, item in found["paths"].items():
        for method, operation in item.items():
            yield path, method.upper(), operation


async def test_every_route_of_the_application_is_described(house):
    described = {(path, method) for path, method, _ in operations(await document(house))}
    routed = set()
    for route in Routes(None, None, None, None, {}).litestar().routes:
        path = re.sub(r"\{(\w+):\w+\}", r"{\1}", route.path)
        if path not in NOT_DESCRIBED and not path.startswith("/v1/schema"):
            routed |= {(path, method) for method in route.methods - {"OPTIONS"}}
    assert described == routed
    assert len(routed) > 30


async def test_every_code_that_is_described_is_a_reason_with_its_sentence(house):
    codes = set()
    for path, method, operation in operations(await document(house)):
        for status, answer in operation["responses"].items():
            if int(status) < 400 or path.startswith(("/v1/leads", "/v1/pings", "/v1/in/")):
                continue
            found = CODE.findall(answer["description"])
            assert found or path in ("/healthz", "/readyz", "/v1/reasons"), (path, method, status)
            assert set(found) <= set(KNOWN), (path, method, status)
            assert all(KNOWN[code].sentence in answer["description"] for code in found)
            codes |= set(found)
    assert {"version_old", "precondition_missing", "market_faulty", "too_many_requests", "csrf_missing"} <= codes


async def test_every_operation_has_a_name_of_its_own_and_words(house):
    found = list(operations(await document(house)))
    assert len({operation["operationId"] for _, _, operation in found}) == len(found)
    assert all(operation["summary"] for _, _, operation in found)


async def test_every_reference_leads_somewhere(house):
    found = await document(house)
    names = set(re.findall(r'"#/components/schemas/(\w+)"', str(found).replace("'", '"')))
    assert names <= set(found["components"]["schemas"])
    assert {"Offer", "Campaign", "Problem", "KeyMade", "Changes"} <= names


async def test_every_parameter_in_a_path_is_described(house):
    for path, method, operation in operations(await document(house)):
        told = {p["name"] for p in operation.get("parameters", ()) if p["in"] == "path"}
        assert told == set(re.findall(r"\{(\w+)\}", path)), (path, method)


async def test_writes_name_their_preconditions_and_the_token_of_a_session(house):
    paths = (await document(house))["paths"]
    put = {p["name"] for p in paths["/v1/offers/{slug}"]["put"]["parameters"] if p["in"] == "header"}
    assert put == {"If-Match", "If-None-Match", "X-CSRF-Token"}
    assert "ETag" in paths["/v1/offers/{slug}"]["get"]["responses"]["200"]["headers"]
    assert paths["/v1/session"]["post"]["security"] == []
    assert paths["/v1/offers"]["get"]["security"] == [{"key": []}, {"session": []}]


READS = ["/v1/sellers", "/v1/buyers", "/v1/campaigns", "/v1/sources", "/v1/offers", "/v1/offers/a", "/v1/campaigns/auto",
         "/v1/market", "/v1/versions", "/v1/versions/1", "/v1/changes", "/v1/plugins", "/v1/keys"]  # fmt: skip


@pytest.mark.parametrize("path", READS)
async def test_what_is_answered_fits_what_is_described(house, path):
    found = await document(house)
    described = (
        found["paths"].get(path)
        or found["paths"][re.sub(r"/[^/]+$", "/{slug}", path) if "versions" not in path else "/v1/versions/{number}"]
    )
    schema = described["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    fits((await ask(house, "GET", path)).json, schema, found["components"]["schemas"], path)


def fits(value, schema: dict, known: dict, at: str) -> None:
    """A small reading of JSON schema: the words that the document uses for answers."""
    if "$ref" in schema:
        fits(value, known[schema["$ref"].rpartition("/")[2]], known, at)
    elif "anyOf" in schema:
        assert any(_fits(value, part, known, at) for part in schema["anyOf"]), at
    elif "enum" in schema:
        assert value in schema["enum"], at
    elif schema.get("type") == "object":
        assert isinstance(value, dict), at
        assert set(schema.get("required", ())) <= set(value), at
        for key, part in value.items():
            if key in schema.get("properties", {}):
                fits(part, schema["properties"][key], known, f"{at}/{key}")
            else:
                assert "properties" not in schema, f"{at}/{key} is not described"
    elif schema.get("type") == "array":
        assert isinstance(value, list), at
        for i, part in enumerate(value):
            fits(part, schema["items"], known, f"{at}/{i}")
    elif "type" in schema:
        kinds = {"string": str, "integer": int, "boolean": bool, "null": type(None), "number": (int, float)}
        assert isinstance(value, kinds[schema["type"]]), (at, value)


def _fits(value, schema: dict, known: dict, at: str) -> bool:
    try:
        fits(value, schema, known, at)
    except AssertionError:
        return False
    return True


async def test_only_the_document_is_served_below_the_schema(house):
    assert (await request(house.port, "GET", "/v1/schema", key=None)).json == await document(house)
    for path in ("/v1/schema/swagger", "/v1/schema/redoc", "/v1/schema/openapi.yaml"):
        assert (await request(house.port, "GET", path, key=None)).status == 404
