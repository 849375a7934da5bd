"""The house of the operator's tests, in which nobody is left of the test before."""

import pytest_asyncio

from api.operator.conftest import kept_house, market_of_tests

__all__ = ["kept_house"]


@pytest_asyncio.fixture
async def house(kept_house):
    await kept_house.change(market_of_tests())
    for table in ("house_invitation", "house_user", "house_setting"):
        await kept_house.connection.execute(f"delete from {table}")
    return kept_house
