"""`outbid control`: how offers stand by the rules of their health, and the steps of one."""

from cli.test_commands import outbid  # noqa: F401 - a fixture
from harness.house import open_house
from harness.market import nouns, offer
from outbid.core.control.health import Figure
from outbid.core.tally.rows import quarter_of
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


async def test_what_came_late_is_shown_by_offer_and_by_day(outbid, app_database_url):  # noqa: F811
    async with open_house(outbid.url, app_database_url, nouns([offer("a", 9), offer("b", 9)])) as house:
        assert (await outbid("control", "--late"))[1] == "No answer came late in this time.\n"
        exchange = house.process.exchange
        source, number = next(iter(exchange.market.sources)), exchange.market.nouns["offer"]["a"][0]
        now_ms = quarter_of(exchange.clock.now_ms())
        for outcome, reason, times, micros in (
            ("bid", "", 40, 0),
            ("sold", "", 10, 100_000_000),
            ("late", "late", 6, 0),
            ("late", "past_patience", 2, 0),
        ):
            await house.connection.execute(
                "insert into tally values (0, 1, $1, 'arrival', $2, $3, $4, $5, '', $6, $7, 0, '{}')",
                *(now_ms, source, number, outcome, reason, times, micros),
            )
        code, out, _ = await outbid("control", "--late")
        assert code == 0
        assert out.strip().splitlines()[-1].split() == ["a", "a", "48", "40", "8", "2", "10", "20.00", "USD"]
        day = (await outbid("control", "a", "--late", "--days", "1"))[1].strip().splitlines()[-1].split()
        assert day[1:] == ["48", "8", "2", "20.00", "USD"]
        assert (await outbid("control", "nobody", "--late"))[2] == "outbid: there is no offer 'nobody'\n"
        code, _, said = await outbid("control", "--late", "--days", "9999")
        assert (code, "1 to 366 days" in said) == (1, True)
        await house.connection.execute("delete from tally")  # no chapter says so
