"""Lists of persons who are not sold: sent as lines, each understood or named, kept as keyed hashes alone."""

from hashlib import sha256

import msgspec
import pytest
import pytest_asyncio
from msgspec import convert

from api.operator.asking import ask
from api.problems import assert_problem
from harness.house import open_house, until
from harness.market import nouns, offer
from outbid.api.auth import key_hash
from outbid.core.market.noun import Key

LISTS, OWN = "/v1/suppressions", "/v1/buyer/suppressions"
FILE = """phone,email
(512) 555-0123,ann@example.com
"+1 512 555 0124"; BOB@example.com
12,cid@example.com

(512) ***-****
d41d8cd98f00b204e9800998ecf8427e
nobody at all
"""
BAD = [
    (4, "phone.too_short"),
    (6, "list_value_masked"),
    (7, "list_hash_unknown"),
    (8, "phone.not_a_phone"),
]


@pytest_asyncio.fixture
async def lists(database_url, app_database_url):
    made = nouns([offer(slug, 9) for slug in ("zebra", "lynx")])
    for slug, holder, owner in (("house", "house", ""), ("zebra", "buyer", "zebra"), ("lynx", "buyer", "lynx")):
        row = {"slug": f"k-{slug}", "holder": holder, "owner": owner, "hash": key_hash(f"ob_{slug}")}
        made["key"][row["slug"]] = convert(row, Key)
    async with open_house(database_url, app_database_url, made) as house:
        yield house


async def send(house, body, path=LISTS, key="ob_house", content_type="text/csv"):
    return await ask(house, "POST", path, body.encode(), key=key, content_type=content_type)


async def test_good_lines_are_taken_and_bad_ones_are_named_without_their_words(lists):
    told = await send(lists, FILE, f"{LISTS}?buyer=zebra")
    assert (told.json["changed"], told.json["unchanged"], told.json["bad_lines"]) == (5, 0, 4)
    assert [(bad["line"], bad["code"]) for bad in told.json["bad"]] == BAD
    assert all(bad["detail"] and bad["fix"] for bad in told.json["bad"])
    assert not any(word in told.body.decode() for word in ("bob@", "ann@", "nobody", "d41d8", "5550124"))
    again = await send(lists, FILE, OWN, "ob_zebra")
    assert (again.json["changed"], again.json["unchanged"]) == (0, 5)


async def test_only_keyed_hashes_are_kept(lists):
    phone, email = "+15125550123", "ann@example.com"
    await send(lists, f"{phone}\n{email}\n{sha256(phone.encode()).hexdigest()}\n")
    rows = await lists.connection.fetch("select s::text as said from suppression s")
    assert len(rows) == 2, "a phone and its own hash are one entry"
    said = " ".join(row["said"] for row in rows)
    kept = [sha256(text.encode()).hexdigest() for text in (phone, email)]
    assert not any(word in said for word in ("5125550123", "example", *kept))


async def test_everybody_sees_and_writes_his_own_list_and_the_house_all(lists):
    await send(lists, "5125550123\n5125550124\n", f"{OWN}?days=30", "ob_zebra")
    await send(lists, "5125550123\n", OWN, "ob_lynx")
    await send(lists, "5125550125\n")
    assert (await ask(lists, "GET", OWN, key="ob_zebra")).json == {"entries": 2, "ending": 2}
    assert (await ask(lists, "GET", OWN, key="ob_lynx")).json == {"entries": 1, "ending": 0}
    items = (await ask(lists, "GET", LISTS)).json["items"]
    assert sorted(items, key=lambda item: item["entries"] + bool(item["buyer"])) == [
        {"buyer": None, "entries": 1, "ending": 0},
        {"buyer": "lynx", "entries": 1, "ending": 0},
        {"buyer": "zebra", "entries": 2, "ending": 2},
    ]
    gone = await send(lists, "5125550123\n", f"{OWN}?action=remove", "ob_zebra")
    assert gone.json == {"changed": 1, "unchanged": 0, "bad_lines": 0, "bad": []}
    assert (await ask(lists, "GET", OWN, key="ob_lynx")).json["entries"] == 1, "another's list is left alone"
    gone = await send(lists, "5125550123\n5125550199\n", f"{LISTS}?action=remove&buyer=lynx")
    assert (gone.json["changed"], gone.json["unchanged"]) == (1, 1)


async def test_a_list_that_nobody_wrote_to_is_empty(lists):
    assert (await ask(lists, "GET", OWN, key="ob_zebra")).json == {"entries": 0, "ending": 0}
    assert (await ask(lists, "GET", LISTS)).json == {"items": [], "heedless": ["auto"]}


@pytest.mark.parametrize("path", [f"{LISTS}?action=add", f"{LISTS}?action=remove"])
async def test_what_is_no_list_is_refused(lists, path):
    assert_problem(await send(lists, "5125550123\n" * 100_001, path), 413, "list_too_long")
    assert_problem(await send(lists, "x" * 17_000_000, path), 413, "document_too_large")
    assert_problem(await send(lists, "5125550123", path, content_type="application/json"), 415, "media_type_unknown")
    assert_problem(await send(lists, "5125550123", f"{path}&buyer=nobody"), 404, "noun_unknown")
    broken = await ask(lists, "POST", path, b"\xff\xfe5\x00", content_type="text/csv")
    assert_problem(broken, 422, "csv_faulty")
    assert await lists.connection.fetchval("select count(*) from suppression") == 0


async def test_a_hundred_thousand_lines_are_taken_and_only_the_first_thousand_bad_ones_told(lists):
    good = [f"+1512{number:07d}" for number in range(2_000_000, 2_098_000)]
    told = await send(lists, "\n".join([*good, *["12"] * 2_000]))
    assert (told.json["changed"], told.json["bad_lines"], len(told.json["bad"])) == (98_000, 2_000, 1_000)
    assert told.json["bad"][0]["line"] == 98_001


@pytest.mark.parametrize("days", ["0", "-1", "4000", "soon"])
async def test_days_that_cannot_be_are_refused(lists, days):
    for path, key in ((LISTS, "ob_house"), (OWN, "ob_zebra")):
        assert_problem(await send(lists, "5125550123", f"{path}?days={days}", key), 400, "parameter_faulty")


async def test_a_strange_line_breaks_nothing(lists):
    strange = ['"', '","', "\0", "é@ü.com", ",;\t", "x" * 2_000, "=cmd()", '"a\n', "\u2028"]
    told = await send(lists, "\n".join(strange))
    assert told.status == 200
    assert msgspec.json.decode(told.body)["changed"] == 0


async def test_campaigns_that_do_not_heed_the_houses_list_are_named(lists):
    assert (await ask(lists, "GET", LISTS)).json["heedless"] == ["auto"]
    for flaw, left in (("flag", ["auto"]), ("review", []), ("refuse", [])):
        kept = await ask(lists, "GET", "/v1/campaigns/auto")
        others = [check for check in kept.json.get("checks", []) if check["plugin"] != "suppressed"]
        patch = {"checks": [*others, {"plugin": "suppressed", "on_flaw": flaw}]}
        done = await ask(lists, "PATCH", "/v1/campaigns/auto", patch, If_Match=kept.headers["etag"])
        assert done.status == 200
        version = int(done.headers["etag"].strip('"'))
        await until(lambda version=version: lists.process.exchange.market.version == version)
        assert (await ask(lists, "GET", LISTS)).json["heedless"] == left
