"""Looking back and ahead by command: a receipt for every offer, every decision taken again, a dry run."""

import io
import re

import msgspec
import pytest

from harness.buyers import ACCEPT, REJECT, Buyers, bid
from harness.house import open_house, until
from harness.market import lead, nouns, offer
from outbid.core.ids import LEAD, parse


@pytest.fixture
async def house(database_url, app_database_url):
    async with Buyers() as buyers:
        offers = [
            offer("ace", buyers.port),
            offer("bee", buyers.port),
            offer("cab", buyers.port, filter={"fact": "state", "equals": "CA"}),
            offer("dot", buyers.port, price="1", floor="9"),
            offer("elk", buyers.port, caps=[{"window": "day", "leads": 0}]),
        ]
        buyers.on("ace", ping=bid("20.50"), post=ACCEPT)
        buyers.on("bee", ping=bid("10"), post=REJECT)
        buyers.on("elk", ping=bid("50"))
        async with open_house(database_url, app_database_url, nouns(offers)) as found:
            yield found


async def test_one_line_for_every_offer(outbid, house):
    sold = (await house.sell(lead())).json["lead"]
    code, out, _ = await outbid("leads", "receipts", sold[-8:])
    assert code == 0
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert "ace main sold 20.50" in lines
    assert "bee main bid outbid 10.00" in lines
    assert "cab main not asked filtered state equals 'CA', seen 'TX'" in lines
    assert "dot main not asked below_floor 1.00 The floor is 9.00 USD, seen 1.00 USD." in lines
    assert "elk main no room cap_reached 0 leads a day of offer elk" in lines


async def test_leads_are_replayed_and_what_was_altered_is_told(outbid, house):
    assert await outbid("leads", "replay") == (0, "There is no closed lead to replay.\n", "")
    names = [(await house.sell(lead())).json["lead"] for _ in range(3)]
    refused = (await house.sell(lead(zip="x"))).json["lead"]
    code, out, _ = await outbid("leads", "replay")
    assert code == 0
    assert re.fullmatch(r"4 leads replayed, \d+ events: every decision repeats\.\n", out)
    assert (await outbid("leads", "replay", "--most", "2"))[1].startswith("2 leads replayed")
    assert (await outbid("leads", "replay", "--since", "9000-01-01"))[1].startswith("There is no closed lead")
    assert (await outbid("leads", "replay", "--since", "2026-01-01"))[1].startswith("4 leads")
    assert (await outbid("leads", "replay", refused, names[0][-8:]))[1].startswith("2 leads replayed")

    lead_id = parse(LEAD, names[1])[1]
    await house.connection.execute("delete from lead_key")
    swap = "update chapter set events = replace(events::text, $2, $3)::json where lead_id = $1"
    await house.connection.execute(swap, lead_id, '"status":"sold"', '"status":"unsold"')
    code, out, _ = await outbid("leads", "replay")
    await house.connection.execute(swap, lead_id, '"status":"unsold"', '"status":"sold"')
    assert code == 1
    told, count = out.splitlines()
    assert told.startswith(f"{names[1]}, event ")
    assert told.endswith("(closed): recorded 'closed as unsold', decided now 'closed as sold'")
    assert count.endswith(": 1 of them differ.")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("replay", "--most", "0"), "--most is at least 1"),
        (("replay", "--since", "yesterday"), "not 'yesterday'"),
        (("replay", "ld_" + "0" * 29), "there is no lead"),
        (("replay", "abc"), "at least its last 6"),
        (("receipts", "ld_" + "0" * 29), "there is no lead"),
    ],
)
async def test_wrong_words_are_told_in_one_sentence(outbid, words, told):
    code, out, err = await outbid("leads", *words)
    assert (code, out, told in err, err.count("\n")) == (1, "", True, 1), err


async def test_a_lead_in_a_file_is_followed_to_its_end_and_nothing_is_kept(outbid, house, tmp_path, monkeypatch):
    file = tmp_path / "lead.json"
    file.write_bytes(msgspec.json.encode(lead(first_name="Xanthippe", more="x")))
    words = ("leads", "dry-run", str(file), "--source", "web")
    code, out, err = await outbid(*words, "--bid", "ace=20.50", "--bid", "bee=10")
    assert (code, err) == (0, "")
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert lines[0] == "A lead from web in campaign auto now (market version 1)"
    assert "not declared: more" in lines
    assert "SOLD to ace (ace) for 20.50 USD if accepted: the seller gets 16.40 USD." in lines
    assert "Tier main, floor 0.00 USD" in lines
    assert "1. ace at 20.50 USD, payout 16.40 USD" in lines
    assert "2. bee at 10.00 USD, payout 8.00 USD" in lines
    assert "bee main bid outbid 10.00" in lines
    assert "elk main skipped cap_reached 0 leads a day of offer elk" in lines
    assert "Xanthippe" not in out
    assert await house.connection.fetchval("select count(*) from lead") == 0
    assert await house.connection.fetchval("select count(*) from claim") == 0

    out = (await outbid(*words))[1]
    assert re.search(r"^UNSOLD: Offers matched the lead", out, re.MULTILINE)
    assert out.endswith("Tier rest, floor 0.00 USD\n  It has no offers.\n")
    file.write_text('{"zip": "nowhere"}')
    out = (await outbid(*words, "--bid", "ace=1"))[1]
    assert "/zip: The text is not a ZIP code." in out
    assert "REFUSED: " in out
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(msgspec.json.encode(lead()))))
    assert "SOLD to bee" in (await outbid("leads", "dry-run", "-", "--source", "web", "--bid", "bee=10"))[1]


@pytest.mark.parametrize(
    ("text", "more", "told"),
    [
        ("{}", ("--bid", "moon=5"), "there is no offer 'moon' in the campaign 'auto'"),
        ("{}", ("--bid", "dot=5"), "the offer has a fixed price, 1.00"),
        ("{}", ("--bid", "ace"), "'' is not an amount"),
        ("{}", ("--bid", "ace=0"), "a bid is above zero"),
        ("{}", ("--source", "moon"), "there is no source 'moon'; there are: web"),
        ("[]", (), "holds no lead"),
        ("{", (), "is not JSON"),
        (None, (), "cannot be read: No such file"),
    ],
)
async def test_a_dry_run_that_cannot_be_is_told_in_one_sentence(outbid, house, tmp_path, text, more, told):
    file = tmp_path / "lead.json"
    if text is not None:
        file.write_text(text)
    code, out, err = await outbid("leads", "dry-run", str(file), "--source", "web", *more)
    assert (code, out, told in err, err.count("\n")) == (1, "", True, 1), err


async def test_tallies_are_shown_as_they_are_asked_for(outbid, house):
    assert await outbid("tallies") == (0, "Nothing was counted in this time.\n", "")
    await house.sell(lead())
    await until(lambda: house.connection.fetchval("select exists (select from tally where outcome = 'answered')"))
    lines = _lines((await outbid("tallies"))[1])
    assert lines[0] == "outcome times price payout unit p50 ms p90 ms p99 ms"
    assert "sold 1 20.50 16.40 USD" in lines
    lines = _lines((await outbid("tallies", "--by", "offer", "--every", "day"))[1])
    assert lines[0].startswith("starts offer outcome times")
    assert any(re.fullmatch(r"\S+T00:00:00.000Z ace sold 1 20.50 16.40 USD \d+ \d+ \d+", line) for line in lines)
    code, out, err = await outbid("tallies", "--by", "color")
    assert (code, out) == (1, "")
    assert "there is no 'color'" in err
    assert (await outbid("tallies", "--days", "5000"))[0] == 1


def _lines(out: str) -> list[str]:
    return [found for line in out.splitlines() if (found := " ".join(line.split()))]
