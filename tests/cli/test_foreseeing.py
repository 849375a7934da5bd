"""A market file against leads that came, by command: what is told is what a change does, and nothing is changed."""

import io

import msgspec
import pytest

from harness.buyers import ACCEPT, Buyers, bid
from harness.house import open_house, until
from harness.market import lead, nouns, offer
from outbid.core.ids import LEAD, parse


@pytest.fixture
async def house(database_url, app_database_url):
    async with Buyers() as buyers:
        offers = [
            offer("ace", buyers.port, caps=[{"window": "day", "leads": 3}]),
            offer("bee", buyers.port),
            offer("cab", buyers.port, filter={"fact": "state", "equals": "CA"}),
            offer("dot", buyers.port, price="3", caps=[{"window": "total", "leads": 2}]),
        ]
        buyers.on("ace", ping=bid("20"), post=ACCEPT)
        buyers.on("bee", ping=bid("10"), post=ACCEPT)
        buyers.on("cab", ping=bid("30"), post=ACCEPT)
        async with open_house(database_url, app_database_url, nouns(offers)) as found:
            yield found


async def sold(house, count: int) -> list[str]:
    names = [(await house.sell(lead())).json["lead"] for _ in range(count)]
    for name in names:

        async def closed(name=name):
            row = await house.connection.fetchval(
                "select status from lead_status where lead_id = $1", parse(LEAD, name)[1]
            )
            return row is not None

        await until(closed)
    return names


async def test_a_change_is_told_and_not_made(outbid, house, monkeypatch):
    names = await sold(house, 5)
    _, market, _ = await outbid("export")
    monkeypatch.setattr("sys.stdin", io.StringIO(market.replace("leads: 3", "leads: 4")))
    code, told, progress = await outbid("dry-run", "-", "--days", "1", "--json")
    assert code == 0, progress
    found = msgspec.json.decode(told)
    assert (found["leads"], found["played"], found["plain"], found["repeated"]) == (5, 5, 5, 5)
    assert [found[side]["money"][0]["revenue"] for side in ("recorded", "unchanged", "changed")] == [
        "80.00", "80.00", "90.00",
    ]  # fmt: skip
    assert (found["differing"], found["samples"]) == (1, [names[3]])
    assert found["changed"]["money"][0]["assumed"] == "20.00", "ace was not asked about the fourth lead"
    ace = next(one for one in found["offers"] if one["offer"] == "ace")
    assert [ace[side]["won"] for side in ("recorded", "unchanged", "changed")] == [3, 3, 4]
    assert ace["changed"]["reasons"] == {"cap_reached": 1}
    assert (await outbid("export"))[1] == market


async def test_the_table_tells_before_and_after(outbid, house, monkeypatch):
    await sold(house, 5)
    _, market, _ = await outbid("export")
    monkeypatch.setattr("sys.stdin", io.StringIO(market.replace("leads: 3", "leads: 1")))
    code, told, progress = await outbid("dry-run", "-", "--campaign", "auto", "--source", "web")
    assert code == 0
    lines = [line.split() for line in told.splitlines()]
    assert ["revenue", "USD", "80.00", "80.00", "60.00"] in lines
    assert any(line[:4] == ["ace", "3", "→", "1"] for line in lines), told
    assert progress.strip() == "" or "leads" in progress


async def test_a_fault_in_the_file_is_told_as_apply_tells_it(outbid, house, monkeypatch):
    _, market, _ = await outbid("export")
    broken = market.replace("equals: CA", "equal: CA")
    monkeypatch.setattr("sys.stdin", io.StringIO(broken))
    code, _, said = await outbid("dry-run", "-")
    monkeypatch.setattr("sys.stdin", io.StringIO(broken))
    assert (code, said) == (1, (await outbid("apply", "-"))[2])


async def test_without_leads_there_is_nothing_to_tell(outbid, house, monkeypatch):
    _, market, _ = await outbid("export")
    for words, part in [((), "no lead came"), (("--source", "nobody"), "no source 'nobody'")]:
        monkeypatch.setattr("sys.stdin", io.StringIO(market))
        code, _, said = await outbid("dry-run", "-", *words)
        assert code == 1
        assert part in said
