"""How tests ask the operator's routes."""

import asyncio
from typing import Any

import msgspec

from harness.house import Answer, House, request

HOUSE_KEY = "ob_house"


async def ask(
    house: House, method: str, path: str, body: Any = None, *, key: str | None = HOUSE_KEY, **headers: str
) -> Answer:
    """One request; header names with _ for -. Who asks too fast waits, so that tests need not count."""
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if body is not None and "content_type" not in headers:
        lines.append("Content-Type: application/json")
    raw = b"" if body is None else body if isinstance(body, bytes) else msgspec.json.encode(body)
    while True:
        answer = await request(house.port, method, path, raw, key=key, headers=tuple(lines))
        if answer.status != 429 or answer.json["code"] != "too_many_requests":
            return answer
        await asyncio.sleep(0.2)


async def version_of(house: House) -> str:
    """The ETag of the whole market."""
    return (await ask(house, "GET", "/v1/market")).headers["etag"]
