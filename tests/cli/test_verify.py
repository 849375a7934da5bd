"""`outbid verify` on an installation: a whole log, heads that are kept, an altered bid, and what cannot be read."""

import json

import pytest

from harness.buyers import ACCEPT, Buyers, bid
from harness.house import open_house
from harness.market import lead, nouns, offer


async def test_a_log_is_verified_its_heads_are_kept_and_an_altered_bid_is_named(
    outbid, database_url, app_database_url, tmp_path
):
    file = tmp_path / "heads.json"
    async with (
        Buyers() as buyers,
        open_house(database_url, app_database_url, nouns([offer("ace", buyers.port)])) as house,
    ):
        buyers.on("ace", ping=bid("20.50"), post=ACCEPT)
        first, second = [(await house.sell(lead())).json["lead"] for _ in range(2)]
        code, out, _ = await outbid("verify", "--head")
        file.write_text(out)
        assert (code, len(json.loads(out)["heads"])) == (0, 1)
        code, out, _ = await outbid("verify", "--since", str(file))
        assert (code, out) == (
            0,
            "6 chapters of 2 leads in 1 lanes; 1 of 1 kept heads could be looked up: "
            "the log is what was sealed, and the books agree with it.\n",
        )
        altered = "replace(events::text, '\"price_micros\":20500000', '\"price_micros\":{}')::json"
        where = "events::text like '%\"pinged\"%' and lead_id = (select min(lead_id::text)::uuid from chapter)"
        await house.connection.execute(f"update chapter set events = {altered.format('20400000')} where {where}")
        code, out, _ = await outbid("verify")
        assert code == 1
        assert out.splitlines() == [
            f"lane 1, batch 2.0, lead {first}: the content of its chapter 2 is not what was sealed",
            *[line for line in out.splitlines() if f"lead {first}: its sale" in line],
            "6 chapters of 2 leads in 1 lanes: NOT what was sealed.",
        ]
        assert second not in out
        code, out, _ = await outbid("verify", "--json")
        assert code == 1
        assert json.loads(out)["faults"][0]["lead"] == first
        await house.connection.execute(
            f"update chapter set events = replace(events::text, '20400000', '20500000')::json where {where}"
        )
    code, out, _ = await outbid("verify")
    assert code == 0, out


@pytest.mark.parametrize(
    ("text", "said"), [(None, "cannot be read"), ("{}", "is not what `outbid verify --head` prints")]
)
async def test_heads_that_are_none_are_refused(outbid, tmp_path, text, said):
    file = tmp_path / "heads.json"
    if text is not None:
        file.write_text(text)
    code, _, err = await outbid("verify", "--since", str(file))
    assert code == 1
    assert said in err
