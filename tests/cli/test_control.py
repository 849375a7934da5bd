"""`outbid control`: how offers stand by the rules of their health, and the steps of one."""

from cli.test_commands import outbid  # noqa: F401 - a fixture
from harness.house import open_house
from harness.market import nouns, offer
from outbid.core.control.health import Figure
from outbid.store.control import steps

HEALTH = {"rules": [{"measure": "rejects", "over": "40%"}]}
AT_MS = 1_795_000_000_000


async def test_offers_and_steps_are_shown_in_tables(outbid, app_database_url):  # noqa: F811
    market = nouns([offer("a", 9, health=HEALTH), offer("b", 9)])
    async with open_house(outbid.url, app_database_url, market) as house:
        assert (await outbid("control", "a"))[1] == "Rules never took a step with this offer.\n"
        number = house.process.exchange.market.nouns["offer"]["a"][0]
        step = steps.Step(1, AT_MS, steps.RULES, "worse", "lowered", 500_000, [Figure("rejects", 50, 31)])
        assert await steps.take(house.connection, steps.Stands(number, 1, 500_000, 0, AT_MS, 1), step)
        code, out, _ = await outbid("control")
        assert code == 0
        assert ["a", "a", "lowered", "50%"] in [line.split()[:4] for line in out.splitlines()]
        assert "rejects 31/50" in (await outbid("control", "a"))[1]
        assert (await outbid("control", "nobody"))[2] == "outbid: there is no offer 'nobody'\n"


async def test_a_market_without_rules_says_so(outbid, app_database_url):  # noqa: F811
    async with open_house(outbid.url, app_database_url, nouns([offer("b", 9)])):
        assert (await outbid("control"))[1] == "No offer has rules of health.\n"
