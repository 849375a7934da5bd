"""Files of leads: read as people write them, sold line by line and once, given back where lines are bad."""

import asyncio
import csv
import io
import tracemalloc
from collections.abc import AsyncIterator
from urllib.parse import quote

import msgspec
import pytest
import pytest_asyncio
from msgspec import convert

from api.operator.asking import ask
from api.people.asking import a_person
from api.problems import assert_problem
from harness.buyers import ACCEPT, Buyers, bid
from harness.house import House, open_house, until
from harness.market import lead, nouns, offer
from outbid.api.auth import key_hash
from outbid.core.market.noun import KINDS, Key
from outbid.exchange.uploads import selling
from outbid.store import uploads

KEYS = {"house": ("house", ""), "web": ("source", "web"), "acme": ("seller", "acme"), "stork": ("seller", "stork"),
        "web-trial": ("source", "web")}  # fmt: skip
WEB = "/v1/sources/web/uploads"
WHY = "?reason=case+7"


def market(port: int) -> dict:
    found = nouns([offer("a", port)])
    found["seller"]["stork"] = convert({"slug": "stork"}, KINDS["seller"])
    for slug, (holder, owner) in KEYS.items():
        hashed, test = key_hash(f"ob_{slug}"), slug.endswith("trial")
        found["key"][slug] = Key(slug=slug, holder=holder, owner=owner, hash=hashed, test=test)
    return found


@pytest_asyncio.fixture
async def house(database_url, app_database_url) -> AsyncIterator[House]:
    async with Buyers() as buyers:
        buyers.on("a", ping=bid("10"), post=ACCEPT)
        async with open_house(database_url, app_database_url, market(buyers.port)) as house:
            yield house


def table(rows: list[list[str]], separator: str = ",") -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerows(rows)
    return text.getvalue()


HEADER = ["First Name", "E-Mail", "phone", "ZIP", "Note"]


def people(count: int, **more: str) -> list[list[str]]:
    found = (lead(**more) for _ in range(count))
    return [[each["first_name"], each["email"], each["phone"], each["zip"], 'a, "b"\nc'] for each in found]


async def send(house: House, text: str | bytes, query: str = "", *, key: str = "ob_house", path: str = WEB):
    columns = quote(msgspec.json.encode({"E-Mail": "email"}).decode())
    body = text if isinstance(text, bytes) else text.encode()
    return await ask(house, "POST", f"{path}?pace=200&columns={columns}{query}", body, key=key, content_type="text/csv")


async def done(house: House, upload: str, path: str = WEB, key: str = "ob_house") -> dict:
    async def is_done() -> bool:
        return (await ask(house, "GET", f"{path}/{upload}", key=key)).json["state"] == "done"

    await until(is_done, 40)
    return (await ask(house, "GET", f"{path}/{upload}", key=key)).json


async def read_csv(house: House, path: str, key: str = "ob_house") -> list[dict[str, str]]:
    answer = await ask(house, "GET", path, key=key)
    assert (answer.status, answer.headers["content-type"].partition(";")[0]) == (200, "text/csv")
    return list(csv.DictReader(io.StringIO(answer.body.decode(), newline="")))


@pytest.mark.parametrize(
    ("codec", "separator"), [("utf-8-sig", ","), ("utf-16", "\t"), ("cp1252", ";"), ("utf-8", "|")]
)
async def test_a_file_is_sold_line_by_line_whatever_wrote_it(house, codec, separator):
    rows = [HEADER, *people(3, first_name="Zoë"), ["", "", "", "", ""], *people(1)]
    sent = await send(house, table(rows, separator).encode(codec))
    assert sent.status == 201, sent
    assert (sent.json["lines"], sent.json["columns"]["First Name"]) == (4, "first_name")
    found = await done(house, sent.json["id"])
    assert (found["done"], found["bad"]) == (4, 0)
    told = await read_csv(house, f"{WEB}/{sent.json['id']}/results")
    assert [row["outcome"] for row in told] == ["sold"] * 4
    assert [row["price"] for row in told] == ["8.00"] * 4
    assert [row["line"] for row in told] == ["2", "4", "6", "9"]
    for row in told:
        assert (await house.state(row["lead"])).status == "sold"
    assert await read_csv(house, f"{WEB}/{sent.json['id']}/bad{WHY}") == []
    kept = await house.connection.fetch("select sealed from upload_rows")
    assert all(len(row["sealed"]) < 40 for row in kept), "what was sold stays in its lead alone"


async def test_bad_lines_come_back_to_be_mended_and_loaded_again(house):
    good, wrong, formula = people(1)[0], people(1)[0], people(1)[0]
    wrong[2], wrong[4] = "+1 555", "=cmd|' /C calc'!A0"
    formula[3], formula[4] = "7870", "kept"
    sent = await send(house, table([HEADER, good, wrong, formula, [*people(1)[0], "one too many"]]))
    found = await done(house, sent.json["id"])
    assert (found["lines"], found["done"], found["bad"]) == (4, 4, 3)
    answer = await ask(house, "GET", f"{WEB}/{sent.json['id']}/bad{WHY}")
    assert "'=cmd" in answer.body.decode()
    assert "'+1 555" in answer.body.decode(), "no cell is a formula"
    bad = await read_csv(house, f"{WEB}/{sent.json['id']}/bad{WHY}")
    assert [row["outbid_line"] for row in bad] == ["4", "5", "6"]
    assert bad[0]["outbid_error"].startswith("phone: phone.too_short.")
    assert "zip: zip." in bad[1]["outbid_error"]
    assert bad[2]["outbid_error"].startswith("6 cells, but the header has 5")
    bad[0]["phone"], bad[1]["ZIP"] = "'" + str(lead()["phone"]), "78701"
    again = await send(house, table([list(bad[0]), *(list(row.values()) for row in bad)]))
    assert again.status == 201, again
    found = await done(house, again.json["id"])
    assert (found["done"], found["bad"]) == (3, 0)
    told = await read_csv(house, f"{WEB}/{again.json['id']}/results")
    assert [row["outcome"] for row in told] == ["sold"] * 3


async def test_a_look_tells_how_the_first_lines_would_be_read_and_keeps_nothing(house):
    rows = [HEADER, *people(1), ["Ann", "no address", "5125550147", "78701", ""]]
    found = await send(house, table(rows, ";").encode("cp1252"), "&look=true")
    assert found.status == 200, found
    assert (found.json["encoding"], found.json["separator"]) == ("utf-8", ";")
    assert found.json["columns"] == {
        "First Name": "first_name", "E-Mail": "email", "phone": "phone", "ZIP": "zip", "Note": "Note",
    }  # fmt: skip
    assert found.json["rows"][1]["flaws"] == {"email": "email.no_at_sign"}
    assert await house.connection.fetchval("select count(*) from upload") == 0


async def test_columns_of_the_last_file_are_remembered(house):
    rows = [["Name", "Mail", "Tel", "Post"], [row := people(1)[0]][0][:4]]
    columns = {"Name": "first_name", "Mail": "email", "Tel": "phone", "Post": "zip"}
    given = quote(msgspec.json.encode(columns).decode())
    path = f"{WEB}?columns={given}"
    first = await ask(house, "POST", path, table(rows).encode(), content_type="text/csv")
    assert first.json["columns"] == columns
    second = await ask(house, "POST", WEB, table([rows[0], people(1)[0][:4]]).encode(), content_type="text/csv")
    assert second.json["columns"] == columns
    assert row


@pytest.mark.parametrize(
    ("text", "code", "word"),
    [
        (b"", "csv_faulty", "holds no line"),
        (b'E-Mail,phone\n"a', "csv_faulty", "line 2"),
        (b"E-Mail,phone,Phone\na,b,c\n", "columns_faulty", "two columns mean 'phone'"),
        (b"phone\n1\n", "columns_faulty", "there is no column 'E-Mail'"),
        ("E-Mail,phone\nä,b\n".encode("utf-16"), "csv_faulty", "utf-8"),
    ],
)
async def test_what_cannot_be_read_is_told_and_nothing_is_kept(house, text, code, word):
    found = await send(house, text, "&encoding=utf-8" if word == "utf-8" else "")
    assert (found.status, found.json["code"]) == (422, code), found
    assert word in found.json["detail"]
    assert await house.connection.fetchval("select count(*) from upload") == 0


async def test_bad_lines_are_looked_at_with_a_reason_on_record_and_go_with_the_person(house):
    seller = "/v1/seller/sources/web/uploads"
    erased, stays = people(1, email="planted@example.com")[0], people(1)[0]
    for row in (erased, stays):
        row[3] = "7870"
    sent = await send(house, table([HEADER, erased, stays]))
    await done(house, sent.json["id"])
    bad = f"{WEB}/{sent.json['id']}/bad"
    assert_problem(await ask(house, "GET", bad), 400, "parameter_faulty")
    viewer = await a_person(house, "viewer")
    assert_problem(await viewer.ask("GET", bad + WHY), 403, "role_not_allowed")
    assert (await ask(house, "GET", "/v1/looks")).json["items"] == [], "whoever was refused saw nothing"
    assert [row["E-Mail"] for row in await read_csv(house, bad + WHY)] == [erased[1], stays[1]]
    looks = (await ask(house, "GET", "/v1/looks")).json["items"]
    leads = {row["lead"] for row in await read_csv(house, f"{WEB}/{sent.json['id']}/results")}
    assert {(look["lead"], look["what"], look["reason"]) for look in looks} == {
        (one, "fields", "case 7") for one in leads
    }
    wish = {"email": erased[1], "reason": "case 8", "leads": 1}
    assert (await ask(house, "POST", "/v1/persons/erase", wish)).json["erased"] == 1
    for path, key in ((bad + WHY, "ob_house"), (f"{seller}/{sent.json['id']}/bad", "ob_acme")):
        assert [row["E-Mail"] for row in await read_csv(house, path, key)] == [stays[1]]


async def test_a_seller_sends_files_of_his_own_sources_and_sees_no_others(house):
    path = "/v1/seller/sources/web/uploads"
    sent = await send(house, table([HEADER, *people(2)]), key="ob_acme", path=path)
    assert sent.status == 201, sent
    await done(house, sent.json["id"], path, "ob_web")
    for key in ("ob_acme", "ob_web"):
        assert [row["id"] for row in (await ask(house, "GET", path, key=key)).json["items"]] == [sent.json["id"]]
        shown = (await ask(house, "GET", f"{path}/{sent.json['id']}/results", key=key)).body.decode()
        assert "8.00" in shown
        assert "10" not in {cell for row in csv.reader(io.StringIO(shown)) for cell in row}
    for what in ("", f"/{sent.json['id']}", f"/{sent.json['id']}/bad"):
        assert_problem(await ask(house, "GET", path + what, key="ob_stork"), 404, "noun_unknown")
    trial = await send(house, table([HEADER, *people(2)]), key="ob_web-trial", path=path)
    await done(house, trial.json["id"], path, "ob_web-trial")
    assert await house.connection.fetchval("select count(*) from lead where test") == 2
    seen = (await ask(house, "GET", path, key="ob_web-trial")).json["items"]
    assert [row["id"] for row in seen] == [trial.json["id"]]
    live = f"{path}/{sent.json['id']}/results"
    assert_problem(await ask(house, "GET", live, key="ob_web-trial"), 404, "upload_unknown")


async def test_whoever_goes_on_after_a_crash_sells_nothing_twice(house, monkeypatch):
    real, crashes = uploads.sold, []

    async def crash_first(*given):
        if not crashes:
            crashes.append(1)
            raise selling.Later("the process died before it could say what it sold")
        await real(*given)

    monkeypatch.setattr(uploads, "sold", crash_first)
    sent = await send(house, table([HEADER, *people(5)]))
    found = await done(house, sent.json["id"])
    assert crashes
    assert found["done"] == 5
    assert await house.connection.fetchval("select count(*) from lead") == 5
    told = await read_csv(house, f"{WEB}/{sent.json['id']}/results")
    assert [row["outcome"] for row in told] == ["sold"] * 5


async def test_a_file_that_is_stopped_sells_no_more(house):
    sent = await send(house, table([HEADER, *people(400)]).encode(), "")
    assert (await ask(house, "DELETE", f"{WEB}/{sent.json['id']}")).status == 204
    await asyncio.sleep(1.0)
    count = await house.connection.fetchval("select count(*) from lead")
    await asyncio.sleep(1.0)
    assert await house.connection.fetchval("select count(*) from lead") == count < 400


async def test_a_large_file_is_taken_in_little_memory(house, tmp_path):
    """The sender is a process of its own, so that what it holds is not counted."""
    file, line = tmp_path / "leads.csv", ",".join(people(1)[0][:4]) + "," + "x" * 200 + "\n"
    file.write_text(",".join(HEADER) + "\n" + line * 50_000)
    words = ("curl", "-sS", "-X", "POST", "-H", "Authorization: Bearer ob_house", "-H", "Content-Type: text/csv", "-T",
             str(file), f"http://127.0.0.1:{house.port}{WEB}?pace=2")  # fmt: skip
    tracemalloc.start()
    sender = await asyncio.create_subprocess_exec(*words, stdout=asyncio.subprocess.PIPE)
    said, _ = await asyncio.wait_for(sender.communicate(), 60)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    sent = msgspec.json.decode(said)
    assert (sent["state"], sent["lines"]) == ("selling", 50_000), sent
    assert (await ask(house, "DELETE", f"{WEB}/{sent['id']}")).status == 204
    assert file.stat().st_size > 10_000_000
    assert peak < 6_000_000, peak
