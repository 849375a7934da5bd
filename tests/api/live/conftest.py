"""Two processes of one house, whose two campaigns sell to the same buyers."""

from collections.abc import AsyncIterator
from types import SimpleNamespace

import pytest_asyncio
from msgspec import convert

from harness.buyers import ACCEPT, Buyers, bid
from harness.house import open_house
from harness.market import campaign, nouns, offer
from outbid.api.auth import key_hash
from outbid.core.market.noun import KINDS


def market(port: int) -> dict:
    """Sources `web` (campaign auto) and `home` (campaign home), a buyer `a` that is pinged in both, and `b` in one."""
    found = nouns(
        [
            offer("a", port),
            offer("b", port, caps=[{"window": "day", "leads": 1000}]),
            offer("a-home", port, buyer="a", campaign="home"),
        ],
        buyers={"a": {"wallet": {"credit": "5000"}}},
    )
    more = {
        "campaign": [campaign() | {"slug": "home", "currency": "CAD", "zone": "America/Toronto"}],
        "source": [{"slug": "home", "seller": "acme", "campaign": "home", "payout": {"share": "50%"}}],
        "key": [
            {"slug": "house", "holder": "house", "hash": key_hash("ob_house")},
            {"slug": "home", "holder": "source", "owner": "home", "hash": key_hash("ob_home")},
        ],
    }
    for kind, rows in more.items():
        found[kind] |= {row["slug"]: convert(row, KINDS[kind]) for row in rows}
    return found


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def pair(worker_database) -> AsyncIterator[SimpleNamespace]:
    """`one` and `two` are processes that share a database."""
    await worker_database.empty()
    owner, url = worker_database.url, worker_database.app_url
    async with Buyers() as buyers, open_house(owner, url, market(buyers.port)) as one, open_house(owner, url) as two:
        buyers.on("a", ping=bid("10"), post=ACCEPT)
        buyers.on("b", ping=bid("6"), post=ACCEPT)
        yield SimpleNamespace(one=one, two=two, buyers=buyers)
