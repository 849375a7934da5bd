"""Posting instructions by command."""

import msgspec
import pytest

from harness.house import open_house
from harness.market import nouns, offer


@pytest.fixture
async def house(database_url, app_database_url):
    async with open_house(database_url, app_database_url, nouns([offer("ace", 9)])) as found:
        yield found


async def test_instructions_are_written_in_each_form(outbid, house):
    code, out, _ = await outbid("instructions", "web", "--address", "https://in.example.com/")
    assert code == 0
    assert out.startswith("# Send leads: web")
    assert "`https://in.example.com/v1/leads`" in out
    assert (await outbid("instructions", "web", "--as", "html"))[1].startswith("<!doctype html>")
    document = msgspec.json.decode((await outbid("instructions", "web", "--as", "openapi"))[1])
    assert document["openapi"] == "3.1.0"
    schema = msgspec.json.decode((await outbid("instructions", "web", "--as", "schema"))[1])
    assert set(schema["$defs"]) == {"lead", "ping"}


async def test_a_source_that_is_not_there_and_an_address_that_is_none_are_told(outbid, house):
    code, _, error = await outbid("instructions", "wob")
    assert (code, "there is no source 'wob'; there are: web" in error) == (1, True)
    code, _, error = await outbid("instructions", "web", "--address", "in.example.com")
    assert (code, "write http:// or https:// and a host" in error) == (1, True)
