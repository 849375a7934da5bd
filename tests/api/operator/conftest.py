"""A house whose market each test may change: it is put back before the next one."""

from collections.abc import AsyncIterator

import pytest_asyncio
from msgspec import convert

from api.conftest import market
from harness.house import House, open_house
from harness.market import offer
from outbid.api.auth import key_hash
from outbid.core.market.noun import Key, Offer

PORT = 9
"""Where the offers' buyers would listen: no test here sells a lead."""


def market_of_tests() -> dict:
    """One offer that is pinged and one at a fixed price, and a key of every kind."""
    found = market(PORT)
    found["offer"]["b"] = convert(offer("b", PORT, price="5", buyer="a"), Offer)
    found["key"]["housetrial"] = Key(slug="housetrial", holder="house", hash=key_hash("ob_housetrial"), test=True)
    return found


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def kept_house(worker_database) -> AsyncIterator[House]:
    await worker_database.empty()
    async with open_house(worker_database.url, worker_database.app_url, market_of_tests()) as found:
        yield found


@pytest_asyncio.fixture
async def house(kept_house: House) -> House:
    """The house with the market of these tests, whatever the test before made of it."""
    await kept_house.change(market_of_tests())
    return kept_house
