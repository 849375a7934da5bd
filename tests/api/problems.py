"""A clear no: RFC 9457, with a code that the house declares, and nothing beyond what the contract names."""

from harness.house import Answer
from outbid.core.reasons import ALL
from outbid.plugins.registry import Registry

KNOWN = {**ALL, **Registry().reasons()}
MEMBERS = {"title", "status", "code", "detail", "fix", "type", "lead", "outcome", "errors"}


def assert_problem(answer: Answer, status: int, code: str) -> dict:
    """Check a problem and give its members."""
    assert answer.headers.get("content-type") == "application/problem+json", answer
    found = answer.json
    assert (answer.status, found["code"]) == (status, code), found
    assert found["status"] == status
    assert found["title"] == KNOWN[code].sentence
    assert found["type"] == f"/v1/reasons#{code}"
    assert set(found) <= MEMBERS
    for error in found.get("errors", []):
        assert error["code"] in KNOWN, error
        assert error["pointer"] == "" or error["pointer"].startswith("/"), error
        assert error["detail"], error
    return found


def pointers(found: dict) -> list[str]:
    """Where the errors are, in order."""
    return [error["pointer"] for error in found["errors"]]
