"""`outbid report`: which reports there are, one as a table, and one as a file."""

from cli.test_commands import outbid  # noqa: F401 - a fixture
from harness.buyers import ACCEPT, Buyers, bid
from harness.house import open_house, until
from harness.market import lead, nouns, offer


async def test_a_report_is_shown_as_a_table_and_written_as_a_file(outbid, app_database_url):  # noqa: F811
    async with Buyers() as buyers:
        buyers.on("a", ping=bid("7.50"), post=ACCEPT)
        async with open_house(outbid.url, app_database_url, nouns([offer("a", buyers.port)])) as house:
            assert (await outbid("report", "sales"))[1] == "Nothing was counted in this time.\n"
            await house.sell(lead())

            async def is_counted() -> bool:
                return await house.connection.fetchval("select count(*) from tally where clock = 'sale'") == 2

            await until(is_counted)
            code, out, _ = await outbid("report", "sales", "--by", "sale")
            lines = [line.split() for line in out.splitlines()]
            assert code == 0
            assert ["a", "USD", "1", "7.50", "7.50", "6.00", "1.50", "20.0"] in lines
            assert ["(all)", "USD", "1", "7.50", "7.50", "6.00", "1.50", "20.0"] in lines
            out = (await outbid("report", "sales", "--csv", "--group-by", "source"))[1]
            assert out.splitlines()[0].startswith("Source,Currency,Sold,Price,")
            assert out.splitlines()[1].startswith("web,USD,1,7.50,")


async def test_which_reports_there_are_and_what_is_wrong_is_said(outbid):  # noqa: F811
    out = (await outbid("report"))[1]
    assert "funnel" in out
    assert "How far leads come with each buyer" in out
    assert "there is no report 'weather'; there are: acceptance" in (await outbid("report", "weather"))[2]
    code, _, error = await outbid("report", "funnel", "--group-by", "weather")
    assert code == 1
    assert "group_by: there is no 'weather'; there are: source" in error
