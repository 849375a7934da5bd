"""The plugins of the page "Add a plugin" are installed as a package of somebody's own, and sell a lead."""

import re
import sys
import tomllib
from pathlib import Path

import pytest

from harness.buyers import http
from harness.house import open_house, request
from outbid.api.auth import key_hash
from outbid.cli.shown.document import read_document
from outbid.core.lead import event as ev
from outbid.core.market.noun import Key
from outbid.plugins.registry import Registry

PAGE = Path(__file__).parents[2] / "docs" / "how_to" / "add_a_plugin.md"
BLOCKS = dict(re.findall(r"^```(\S+ [^\n]+)\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE))
KINDS = ("validators", "enrichers", "methods", "deliveries", "intakes")
PERSON = "first_name: Ann\nlast_name: Lee\nphone: 512 555 0100\n\nzip: 78701\n"


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """The package as an installer leaves it: its modules, and its entry points beside them."""
    package, metadata = tmp_path / "outbid_extras", tmp_path / "outbid_extras-0.1.0.dist-info"
    package.mkdir()
    metadata.mkdir()
    (package / "__init__.py").write_text("", encoding="utf-8")
    for info, text in BLOCKS.items():
        if info.startswith("python "):
            (package / info.removeprefix("python ")).write_text(text, encoding="utf-8")
    project = tomllib.loads(BLOCKS["toml pyproject.toml"])["project"]
    head = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    (metadata / "METADATA").write_text(head, encoding="utf-8")
    groups = "".join(
        f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in points.items())
        for group, points in project["entry-points"].items()
    )
    (metadata / "entry_points.txt").write_text(groups, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield
    for name in [name for name in sys.modules if name.startswith("outbid_extras")]:
        del sys.modules[name]


def test_each_kind_is_found_by_its_entry_point_and_is_whole(installed):
    own, built_in = Registry(), Registry([])
    for kind in KINDS:
        (name,) = set(own.names(kind)) - set(built_in.names(kind))
        assert own.get(kind, name).__name__.startswith("outbid_extras.")
    assert own.reasons()["distinct.equal"].fix


def test_the_test_of_the_page_passes(installed):
    exec(compile(BLOCKS["python test_carrier.py"], str(PAGE), "exec"), {})


async def test_a_lead_goes_through_all_of_them(installed, database_url, app_database_url, buyers):
    market = read_document(BLOCKS["yaml own market"].replace("127.0.0.1:9100", f"127.0.0.1:{buyers.port}")).nouns
    market["key"] = {"k": Key(slug="k", holder="source", owner="web", hash=key_hash("ob_k"))}
    buyers.replies["carrier", "ask"] = http(200, b"Lone Star Wireless\n")
    buyers.on("oak", ping=http(200, b"BID 12.50"), post=http(200, b"TAKEN"))
    async with open_house(database_url, app_database_url, market) as house:
        answer = await request(house.port, "POST", "/v1/leads", PERSON.encode(), key="ob_k")
        assert (answer.json["outcome"], answer.json["price"]) == ("sold", "10.00")
        assert buyers.got["carrier", "ask"][0].path == "/carrier/ask?phone=%2B15125550100"
        assert buyers.pings("oak")[0].body == b"zip=78701\ncarrier=Lone Star Wireless\n"
        posted = buyers.posts("oak")[0].body.decode().splitlines()
        assert {"first_name=Ann", "last_name=Lee", "phone=+15125550100", "carrier=Lone Star Wireless"} < set(posted)
        events = await house.events(answer.json["lead"])
        assert next(each.outcome for each in events if isinstance(each, ev.Enriched)) == "learned"
        same = await request(house.port, "POST", "/v1/leads", PERSON.replace("Lee", "ANN").encode(), key="ob_k")
        assert [error["code"] for error in same.json["errors"]] == ["distinct.equal"]
        bad = await request(house.port, "POST", "/v1/leads", b"first_name Ann", key="ob_k")
        assert (bad.status, bad.json["detail"]) == (400, "line 1 has no colon")


@pytest.mark.parametrize(
    ("said", "status"), [(b"NO", "rejected"), (b"perhaps", "uncertain"), (b"TAKEN", "sold")], ids=str
)
async def test_the_delivery_of_the_page_tells_a_no_from_a_doubt(
    installed, database_url, app_database_url, buyers, said, status
):
    market = read_document(BLOCKS["yaml own market"].replace("127.0.0.1:9100", f"127.0.0.1:{buyers.port}")).nouns
    market["key"] = {"k": Key(slug="k", holder="source", owner="web", hash=key_hash("ob_k"))}
    buyers.replies["carrier", "ask"] = http(200, b"Lone Star Wireless")
    buyers.on("oak", ping=http(200, b"BID 12.50"), post=http(200, said))
    async with open_house(database_url, app_database_url, market) as house:
        answer = await request(house.port, "POST", "/v1/leads", PERSON.encode(), key="ob_k")
        (sale,) = (await house.state(answer.json["lead"])).sales
        assert sale.status == status


def test_the_method_of_the_page_shares_among_those_that_are_near(installed):
    from outbid.core.contract import Bid

    method = Registry().get("methods", "near")
    bids = [Bid(1, 100, won_today=5), Bid(2, 96, won_today=1), Bid(3, 80), Bid(4, 90)]
    assert [bid.offer for bid in method.rank(bids, 0, 0.0, method.Settings())] == [2, 1, 4, 3]
    assert [bid.offer for bid in method.rank(bids, 0, 0.0, method.Settings(percent=0))] == [1, 2, 4, 3]
    assert method.rank([], 0, 0.0, method.Settings()) == []
