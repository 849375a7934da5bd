"""Files of leads by command, sold by a running exchange."""

import pytest

from harness.buyers import ACCEPT, Buyers, bid
from harness.house import open_house
from harness.market import lead, nouns, offer


@pytest.fixture
async def house(database_url, app_database_url):
    async with Buyers() as buyers:
        buyers.on("ace", ping=bid("10"), post=ACCEPT)
        async with open_house(database_url, app_database_url, nouns([offer("ace", buyers.port)])) as found:
            yield found


@pytest.fixture
def file(tmp_path):
    path, rows = tmp_path / "leads.csv", [lead() for _ in range(3)]
    rows[1]["phone"] = "1"
    columns = ("first_name", "email", "phone", "zip")
    lines = [";".join(str(row[name]) for name in columns) for row in rows]
    path.write_text("\n".join(["Vorname;email;phone;zip", *lines]))
    return path


async def test_a_file_is_sold_and_its_bad_lines_are_written(outbid, house, file, tmp_path):
    bad, results = tmp_path / "bad.csv", tmp_path / "results.csv"
    words = ("upload", str(file), "--source", "web", "--column", "Vorname=first_name", "--pace", "200")
    code, out, error = await outbid(*words, "--bad", str(bad), "--results", str(results))
    assert (code, "done: 3 of 3 lines, 1 of them can be mended." in out) == (0, True), (out, error)
    assert "phone: phone.too_short." in bad.read_text().splitlines()[1]
    assert [line.split(",")[1] for line in results.read_text().splitlines()[1:]] == ["sold", "refused", "sold"]
    assert await house.connection.fetchval("select count(*) from lead_status where status = 'sold'") == 2


async def test_a_look_keeps_nothing_and_faults_are_told(outbid, house, file):
    code, out, _ = await outbid("upload", str(file), "--source", "web", "--look")
    assert code == 0
    assert "Vorname → Vorname" in out
    assert "line 3: phone: phone.too_short" in out
    assert await house.connection.fetchval("select count(*) from upload") == 0
    code, _, error = await outbid("upload", str(file), "--source", "web", "--column", "Nome=first_name")
    assert (code, "there is no column 'Nome'" in error) == (1, True)
    code, _, error = await outbid("upload", str(file), "--source", "web", "--column", "Nome")
    assert (code, "write COLUMN=FIELD" in error) == (1, True)
