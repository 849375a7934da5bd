"""The order of keys in the market is kept: it is that of the elements that buyers are sent."""

from harness.buyers import ACCEPT, bid
from harness.house import open_house
from harness.market import lead, nouns, offer

ZULU = {"zulu": "zip", "alpha": "state", "mike": "first_name"}
ALPHA = {"alpha": "state", "mike": "first_name", "zulu": "zip"}


async def test_a_buyer_is_sent_what_was_written_in_its_order(database_url, app_database_url, buyers):
    buyers.on("a", ping=bid("10"), post=ACCEPT)
    async with open_house(
        database_url, app_database_url, nouns([offer("a", buyers.port, delivery={"post": ZULU})])
    ) as house:
        await house.sell(lead())
        assert list(buyers.posts("a")[-1].json) == list(ZULU)
        await house.change(nouns([offer("a", buyers.port, delivery={"post": ALPHA})]))
        await house.sell(lead())
        assert list(buyers.posts("a")[-1].json) == list(ALPHA), "another order is another market"
