"""A report is its file: what its head may say, what is told of one that cannot be, and where files may stand."""

import re
import sys
from pathlib import Path

import pytest

from harness.buyers import ACCEPT, Buyers, bid
from harness.house import open_house, request, until
from harness.market import lead, nouns, offer
from outbid.api.auth import key_hash
from outbid.core.market.noun import Key
from outbid.plugins.reports import LARGEST, ReportFault, Reports, read

PAGE = Path(__file__).parents[2] / "docs" / "how_to" / "add_a_report.md"
(OWN,) = re.findall(r"^```sql late_bids.sql\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
BUILT_IN = Reports(installed=())
WRONG = {
    "title: Late bids": ("titel: Late bids", "titel"),
    "of: offers": ("of: offer", "$.of"),
    "kind: percent, sum: late, per: pings": ("kind: percent, sum: late", "late_rate: a percent says `per` what"),
    "kind: count, about: answers after the deadline": ("kind: ms", "late: a ms has a quantile, such as 90"),
    "group: [offer]": ("group: [weather]", "group: there is no 'weather'; there are: offer, buyer"),
    "groups: [offer,": ("groups: [weather,", "groups: there is no 'weather'; there are: source"),
    "sort: -late": ("sort: -lateness", "sort: there is no 'lateness'"),
    "ys: [late]": ("ys: [never]", "chart.ys: there is no 'never'"),
    "audience: [operator, buyer]": ("audience: [operator, seller]", "a seller reads rows of leads"),
    "title: Bids in time": ("title: [Bids", "its head cannot be so"),
    "name: bids,": ("name: late,", "two are called alike"),
    "about: How": ("about: !!python/object:os.system How", "its head cannot be so"),
    "/*": ("--", "begins with its head"),
}


@pytest.mark.parametrize("right", WRONG)
def test_a_head_that_cannot_be_is_told_with_what_would_be_right(right):
    wrong, said = WRONG[right]
    assert right in OWN
    with pytest.raises(ReportFault, match=re.escape(said)):
        read("late_bids", OWN.replace(right, wrong, 1))


def test_a_file_is_told_that_is_no_report(tmp_path):
    for name, content in (("Late", OWN), ("x" * 41, OWN), ("empty", OWN.partition("*/")[0] + "*/ ;")):
        with pytest.raises(ReportFault):
            read(name, content)
    (tmp_path / "large.sql").write_text(OWN + "-" * LARGEST, encoding="utf-8")
    with pytest.raises(ReportFault, match="has 66,"):
        Reports(tmp_path, ())
    with pytest.raises(ReportFault, match="no such folder"):
        Reports(tmp_path / "nowhere", ())
    (tmp_path / "large.sql").unlink()
    (tmp_path / "funnel.sql").write_text(OWN, encoding="utf-8")
    with pytest.raises(ReportFault, match="'funnel' is there more than once"):
        Reports(tmp_path, ())


@pytest.mark.parametrize("name", BUILT_IN.names())
def test_a_built_in_report_says_its_question_in_a_sentence(name):
    head = BUILT_IN.get(name).head
    assert head.about.endswith((".", "?"))
    assert head.title[0].isupper()
    assert len({column.title for column in head.columns}) == len(head.columns)


def test_a_package_brings_reports_by_its_entry_point(tmp_path, monkeypatch):
    package = tmp_path / "outbid_reports_of_ours"
    package.mkdir()
    (package / "__init__.py").write_text("", encoding="utf-8")
    (package / "late_bids.sql").write_text(OWN, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert Reports(installed=("outbid_reports_of_ours",)).get("late_bids").head.title == "Late bids"
    del sys.modules["outbid_reports_of_ours"]


async def test_the_report_of_the_page_is_listed_run_and_taken_as_a_file(tmp_path, database_url, app_database_url):
    async with Buyers() as buyers:
        await _use(tmp_path, database_url, app_database_url, buyers)


async def _use(tmp_path, database_url, app_database_url, buyers):
    (tmp_path / "late_bids.sql").write_text(OWN, encoding="utf-8")
    made = nouns([offer("a", buyers.port), offer("b", buyers.port)])
    for name, holder, owner in (("h", "house", ""), ("b", "buyer", "b")):
        made["key"][name] = Key(slug=name, holder=holder, owner=owner, hash=key_hash(f"ob_{name}"))
    buyers.on("a", ping=bid("6"), post=ACCEPT)
    buyers.on("b", ping=bid("4"), post=ACCEPT)
    async with open_house(database_url, app_database_url, made, reports=Reports(tmp_path, ())) as house:
        await house.sell(lead())

        async def is_counted() -> bool:
            return await house.connection.fetchval("select sum(times) from tally where outcome = 'bid'") == 2

        await until(is_counted)
        for path, key, due in (
            ("/v1/reports/late_bids", "ob_h", [["a", "USD", 1, 0, 0.0, "6.00"], ["b", "USD", 1, 0, 0.0, "4.00"]]),
            ("/v1/buyer/reports/late_bids", "ob_b", [["b", "USD", 1, 0, 0.0, "4.00"]]),
        ):
            assert (await request(house.port, "GET", path, key=key)).json["rows"] == due
        answer = await request(house.port, "GET", "/v1/buyer/reports/late_bids/export", key="ob_b")
        assert answer.body.decode() == ("Offer,Currency,Bids in time,Late,Late of all,Mean bid\r\nb,USD,1,0,0,4.00\r\n")
