"""A delivery tried by command: keys with where they come from, the request, the answer, what the rule finds."""

import re
from pathlib import Path

import msgspec
import pytest

from harness.buyers import ACCEPT, Buyers, bid
from harness.house import open_house
from harness.market import nouns, offer

ROOT = Path(__file__).parents[2]
POST = {"name": "first_name | upper", "token": "@token", "api_key": "=hush-hush-hush", "born": "birth_date"}


@pytest.fixture
async def house(database_url, app_database_url):
    async with Buyers() as buyers:
        buyers.on("a", ping=bid("12.50", "t-77"), post=ACCEPT)
        found = nouns([offer("a", buyers.port, delivery={"post": POST, "ping": {"zip": "zip"}})])
        async with open_house(database_url, app_database_url, found) as house:
            house.buyers = buyers
            yield house


async def test_it_is_shown_and_not_sent(outbid, house, tmp_path):
    (tmp_path / "lead.json").write_bytes(msgspec.json.encode({"first_name": "Zoe", "birth_date": None}))
    code, out, _ = await outbid("try", "a", "--lead", str(tmp_path / "lead.json"))
    assert code == 0
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert "name first_name | upper ZOE first_name='Zoe'" in lines
    assert "api_key _hidden_ _hidden_" in lines
    assert "born birth_date (no_value) birth_date=None" in lines
    assert lines.count("Not sent: --send sends it.") == 2
    assert "hush" not in out
    assert house.buyers.pings("a") == []


async def test_it_is_sent_and_the_answer_explained(outbid, house):
    code, out, _ = await outbid("try", "a", "--send")
    assert code == 0
    assert "The rule says: yes" in out
    assert "Understood: bid at 12.50" in out
    assert "Understood: accept" in out
    assert house.buyers.posts("a")[-1].json["token"] == "t-77"


async def test_an_answer_from_a_file_is_read(outbid, house, tmp_path):
    (tmp_path / "answer").write_text("<html>busy</html>")
    code, out, _ = await outbid("try", "a", "--ping", str(tmp_path / "answer"))
    assert code == 0
    assert "Understood: nonsense (nonsense)" in out


async def test_what_is_wrong_is_told(outbid, house):
    for words, said in (
        (("try", "b"), "there is no offer 'b'; there are: a"),
        (("try", "a", "--price", "ten"), "--price: "),
        (("try", "a", "--price", "-1"), "--price: '-1' is not above zero"),
        (("try", "a", "--price", "0.00"), "--price: '0.00' is not above zero"),
        (("try", "a", "--lead", "/nowhere"), "/nowhere cannot be read"),
    ):
        code, _, err = await outbid(*words)
        assert code == 1
        assert said in err


async def test_a_source_says_what_it_hears(outbid, house, tmp_path):
    (tmp_path / "body").write_text('{"zip": "1001", "odd": 1}')
    code, out, _ = await outbid(
        "hear", "web", "--body", str(tmp_path / "body"), "--header", "Content-Type: application/json"
    )
    assert code == 0
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert "web hears by json; its key: missing" in lines
    assert "zip 1001 zip.lost_zero" in lines
    assert "not declared: odd" in lines
    assert "sold: 200 in our own words" in lines
    code, _, err = await outbid("hear", "web", "--header", "Oops")
    assert (code, "--header Oops: write it as Name: value" in err) == (1, True)


async def test_the_example_of_the_page_is_heard_in_the_example_market(outbid, tmp_path):
    page = (ROOT / "docs/how_to/speak_a_sellers_language.md").read_text(encoding="utf-8")
    found = re.search(r"\$ echo '(.*)' > (\S+)\n\$ outbid hear (\S+) --body \2 --header \"(.*)\"", page)
    assert found is not None
    body, _, source, header = found.groups()
    (tmp_path / "body").write_text(body)
    code, _, err = await outbid("apply", str(ROOT / "examples/auto_insurance.yaml"))
    assert code == 0, err
    code, out, _ = await outbid("hear", source, "--body", str(tmp_path / "body"), "--header", header)
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert code == 0
    assert "phone (512) 555-0142 +15125550142" in lines
