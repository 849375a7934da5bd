"""The log: one object a line for machines, and in no form anything of a person."""

import asyncio
import io
import json
import logging
import subprocess
import sys

import pytest

from harness.buyers import ACCEPT, Buyers, HangUp, bid
from harness.house import open_house
from harness.market import nouns, offer
from outbid.cli.serving.logs import TEXT, JsonLines, Lines, tell_fault
from outbid.core.fault import Fault
from outbid.plugins.fields import zip as zips
from outbid.settings import SettingsError, read_settings

PERSON = {
    "first_name": "Xanthippe",
    "email": "xanthippe.q@example.com",
    "phone": "+15125550147",
    "zip": "73301",
    "birth_date": "1980-01-31",
    "street": "1 Secret Lane",
}
MARKERS = ["anthippe", "5550147", "555-0147", "73301", "1980-01-31", "Secret Lane", "tok-9", "37.31"]
FORMS = [JsonLines(), Lines(TEXT)]


@pytest.fixture(params=FORMS, ids=["json", "text"])
def log(request):
    """What is logged from now on, from every logger and level."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(request.param)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


def hang_up(_):
    raise HangUp


def echo(got):
    """A buyer that answers with what he got, in no form that anybody could read."""
    return b"HTTP/1.1 200 OK\r\nX-Lead: " + got.body + b"\r\nContent-Length: 3\r\n\r\n" + got.body


MISBEHAVIOUR = {
    "hangs up": hang_up,
    "echoes": echo,
    "is no HTTP": lambda got: got.body,
    "answers the lead": lambda got: {"accepted": got.json, "reason": got.json},
    "rejects in the lead's words": lambda got: {"accepted": False, "reason": got.body.decode()},
    "names no price": lambda _: {"accepted": True, "price": "Xanthippe"},
}


@pytest.mark.parametrize("way", MISBEHAVIOUR)
@pytest.mark.parametrize("kind", ["ping", "post"])
async def test_nothing_of_a_person_is_logged_whatever_a_buyer_does(database_url, app_database_url, log, way, kind):
    async with Buyers() as buyers:
        buyers.on("a", **({"ping": bid("37.31", "tok-9"), "post": ACCEPT} | {kind: MISBEHAVIOUR[way]}))
        everything = {"ping_fields": ["zip", "email", "phone", "first_name", "birth_date"]}
        market = nouns([offer("a", buyers.port)], campaign_more=everything)
        async with open_house(database_url, app_database_url, market) as house:
            assert (await house.sell(PERSON)).status in (200, 202)
            await house.sell(PERSON | {"zip": "Xanthippe", "phone": "5550147"})
    assert [marker for marker in MARKERS if marker in log.getvalue()] == []


async def test_an_exception_that_quotes_a_lead_is_told_without_its_words(
    database_url, app_database_url, log, monkeypatch
):
    def fail(raw, *_):
        try:
            raise KeyError(raw)
        except KeyError as error:
            raise ValueError(f"what is {raw}?") from error

    async with Buyers() as buyers:
        monkeypatch.setattr(zips, "read", fail)
        async with open_house(database_url, app_database_url, nouns([offer("a", buyers.port)])) as house:
            assert (await house.sell(PERSON)).status == 500
    told = log.getvalue()
    assert "failed in its own code" in told
    assert "builtins.ValueError" in told
    assert told.index("builtins.KeyError") < told.index("builtins.ValueError")
    assert [marker for marker in MARKERS if marker in told] == []


async def test_what_fails_in_the_loop_is_told_without_its_words(log):
    loop = asyncio.get_running_loop()
    before = loop.get_exception_handler()
    loop.set_exception_handler(tell_fault)
    try:
        loop.call_soon(int, PERSON["email"])
        await asyncio.sleep(0.01)
    finally:
        loop.set_exception_handler(before)
    assert "a task or callback failed unseen" in log.getvalue()
    assert "builtins.ValueError" in log.getvalue()
    assert [marker for marker in MARKERS if marker in log.getvalue()] == []


def test_a_line_is_one_object():
    record = logging.LogRecord("outbid.x", logging.WARNING, "x.py", 1, "two\nlines, %d \udc80", (7,), None)
    line = JsonLines().format(record)
    assert "\n" not in line
    found = json.loads(line)
    assert list(found) == ["at", "level", "logger", "message"]
    assert (found["level"], found["logger"], found["message"]) == ("warning", "outbid.x", "two\nlines, 7 \udc80")
    assert found["at"].endswith("+00:00")


@pytest.mark.parametrize(("error", "told"), [(Fault("say it."), "Fault: say it."), (ValueError("Ann"), "ValueError")])
def test_only_sentences_of_ours_are_told(error, told):
    record = logging.LogRecord("outbid.x", logging.ERROR, "x.py", 1, "m", (), (type(error), error, None))
    assert json.loads(JsonLines().format(record))["exception"].endswith(told)


def test_the_form_is_a_setting():
    assert read_settings({}).log == "text"
    assert read_settings({"OUTBID_LOG": "json"}).log == "json"
    with pytest.raises(SettingsError, match="xml"):
        read_settings({"OUTBID_LOG": "xml"})


def test_a_process_that_is_told_so_logs_objects():
    script = "import logging; from outbid.cli.serving.logs import start_log; start_log('json'); logging.info('hello')"
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stderr
    assert json.loads(said)["message"] == "hello"
    assert said.count("\n") == 1


def test_an_exception_in_a_circle_is_told_once():
    first, second = ValueError("a"), KeyError("b")
    first.__cause__, second.__cause__ = second, first
    told = Lines(TEXT).formatException((ValueError, first, None))
    assert told == "builtins.KeyError\nbuiltins.ValueError"
