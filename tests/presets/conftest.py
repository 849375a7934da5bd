"""Scripted buyers for every test of presets."""

from collections.abc import AsyncIterator

import pytest_asyncio

from harness.buyers import Buyers


@pytest_asyncio.fixture
async def buyers() -> AsyncIterator[Buyers]:
    async with Buyers() as found:
        yield found
