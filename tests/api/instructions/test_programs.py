"""Every program of the posting instructions runs as it stands, and its lead is sold, whatever the seller speaks."""

import asyncio
import html
import os
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from msgspec import convert

from api.operator.asking import ask
from api.spoken.dialects import BOBERDOO, CAKE, LEAD_EXEC, LEAD_PROSPER, SMALL, key_of, market
from harness.buyers import ACCEPT, Buyers, bid
from harness.house import House, open_house
from harness.market import FIELDS, campaign
from outbid.api.auth import key_hash
from outbid.core.market.noun import KINDS, Key

RULE = {"fact": "amount", "at_least": 250}
CHECKS = [
    {"plugin": "required", "settings": {"fields": ["first_name", "email", "phone", "zip", "insurer"]}},
    {"plugin": "type"},
    {"plugin": "duplicate"},
    {"plugin": "rule", "settings": {"name": "enough", "require": RULE, "field": "amount"}},
]
MORE = [
    {"name": "insurer", "type": "choice", "settings": {"options": ["O'Hara & Söhne", "$none"]}},
    {"name": "owner", "type": "boolean"},
]
NESTED = {
    "fields": {
        "first_name": "person.name | before ' '",
        "phone": "person.phones[0].number",
        "insurer": {"value": "cover", "map": {"OH": "O'Hara & Söhne", "NO": "$none"}},
    },
    "names": {"mail": "email"},
    "key": "auth.token",
}
SOURCES = {
    "plain": ("json", {"names": {"mobile": "phone"}}),
    "form": ("form", {}),
    "any": ("any", {"key": "Key"}),
    "nested": ("json", NESTED),
    "boberdoo": ("form", BOBERDOO),
    "prosper": ("json", LEAD_PROSPER),
    "cake": ("query", CAKE),
    "exec": ("xml", LEAD_EXEC),
    "small": ("form", SMALL),
    "once": ("webhook", {"once": "lead.id", "pairs": {"at": "lead.data", "name": "name", "value": "value"}}),
}
SAYS_SOLD = {
    "boberdoo": "Matched", "prosper": '"ACCEPTED"', "cake": "success", "exec": "true</isValidPost>", "small": "accepted|",
}  # fmt: skip
NO_QUOTES = ("once", "cake", "small")
"""Sources that cannot ask first, or whose answer to a ping does not tell its id."""
WORDS = {"sh": "sh", "python": "python3", "javascript": "node", "php": "php"}
BLOCK = re.compile(
    r"<summary>[^<]*<code>([\w.]+)</code></summary><pre[^>]*><code class=\"language-(\w+)\">(.*?)</code>", re.S
)
HOUSE_KEY = Key(slug="house", holder="house", hash=key_hash("ob_house"))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(worker_database) -> AsyncIterator[House]:
    await worker_database.empty()
    async with Buyers() as buyers:
        buyers.on("a", ping=bid("10"), post=ACCEPT)
        found = market(buyers.port, SOURCES)
        found["campaign"]["auto"] = convert(campaign(fields=FIELDS + MORE, checks=CHECKS), KINDS["campaign"])
        found["key"]["house"] = HOUSE_KEY
        async with open_house(worker_database.url, worker_database.app_url, found) as house:
            yield house


async def page(house: House, source: str) -> str:
    answer = await ask(house, "GET", f"/v1/sources/{source}/instructions")
    assert answer.status == 200, answer
    return answer.body.decode().replace("http://outbid.test", f"http://127.0.0.1:{house.port}")


async def run(language: str, file: Path, key: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        WORDS[language],
        str(file),
        env={"PATH": os.environ["PATH"], "OUTBID_KEY": key, "LANG": "C.UTF-8"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode or 0, said.decode()


@pytest.mark.parametrize("source", SOURCES)
async def test_every_program_sells_its_lead(house, source, tmp_path):
    shown = await page(house, source)
    found = BLOCK.findall(shown)
    programs = [(name, language, html.unescape(text)) for name, language, text in found if language in WORDS]
    assert len(programs) == (4 if source in NO_QUOTES else 8), shown
    ran = 0
    for name, language, text in programs:
        if shutil.which(WORDS[language]) is None:
            continue
        file = tmp_path / name
        file.write_text(text, encoding="utf-8")
        code, said = await run(language, file, key_of(source, test=True))
        assert code == 0, (name, text, said)
        assert SAYS_SOLD.get(source, '"outcome":"sold"') in said, (name, text, said)
        ran += 1
    assert ran >= 2
