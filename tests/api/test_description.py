"""The API describes itself: every route in one OpenAPI document, every reason in one list."""

from api.problems import KNOWN
from harness.house import request


async def document(house) -> dict:
    answer = await request(house.port, "GET", "/v1/schema/openapi.json", key=None)
    assert answer.status == 200
    return answer.json


async def test_the_document_loads_and_lists_what_may_be_asked(house):
    found = await document(house)
    assert found["openapi"].startswith("3.1")
    assert found["info"]["title"] == "Outbid"
    for path in ("/healthz", "/readyz", "/v1/reasons", "/v1/leads/{lead}"):
        assert found["paths"][path]["get"]["summary"], path


async def test_the_document_tells_how_to_post_a_lead(house):
    found = await document(house)
    assert {"200", "202", "401", "413", "422"} <= set(found["paths"]["/v1/leads"]["post"]["responses"])


async def test_the_document_tells_how_a_key_is_sent(house):
    schemes = (await document(house)).get("components", {}).get("securitySchemes", {})
    assert any(scheme.get("scheme") == "bearer" for scheme in schemes.values())


async def test_the_shape_of_an_answer_is_described_without_buyers(house):
    answer = (await document(house))["components"]["schemas"]["Answer"]
    assert {"outcome", "lead", "price", "reason"} <= set(answer["properties"])
    assert not {"buyer", "bid", "margin", "offer", "payout"} & set(answer["properties"])


async def test_every_reason_is_listed_with_its_sentence(house):
    answer = await request(house.port, "GET", "/v1/reasons", key=None)
    rows = {row["code"]: (row["sentence"], row["fix"]) for row in answer.json}
    assert rows == {code: (reason.sentence, reason.fix) for code, reason in KNOWN.items()}
    assert list(rows) == sorted(rows)
