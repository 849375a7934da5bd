"""A house that a whole module of bad clients shares: whatever one of them did, the next good lead sells."""

from collections.abc import AsyncIterator

import pytest_asyncio

from harness.buyers import ACCEPT, Buyers, bid
from harness.house import House, open_house
from harness.market import FIELDS, SECRET, lead, nouns, offer
from outbid.api.auth import key_hash
from outbid.core.market.noun import Key

MORE_FIELDS = [
    {"name": "insured", "type": "boolean"},
    {"name": "cover", "type": "choice", "settings": {"options": ["full", "basic"]}},
    {"name": "premium", "type": "decimal"},
    {"name": "page", "type": "url"},
    {"name": "address", "type": "ip"},
]
KEYS = {
    "ob_house": ("house", ""),
    "ob_seller": ("seller", "acme"),
    "ob_buyer": ("buyer", "a"),
    "ob_revoked": ("source", "web"),
    "ob_trial": ("source", "web"),
}


def market(port: int, **source: object) -> dict:
    """One offer at 10.00, every field type, and a key of every kind."""
    found = nouns(
        [offer("a", port)],
        campaign_more={"fields": FIELDS + MORE_FIELDS, "floor": "2"},
        source_more=dict(source),
    )
    for secret, (holder, owner) in KEYS.items():
        slug = secret.removeprefix("ob_")
        found["key"][slug] = Key(
            slug=slug,
            holder=holder,
            owner=owner,
            hash=key_hash(secret),
            revoked=slug == "revoked",
            test=slug == "trial",
        )
    return found


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shared_buyers() -> AsyncIterator[Buyers]:
    async with Buyers() as found:
        yield found


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shared(worker_database, shared_buyers) -> AsyncIterator[House]:
    await worker_database.empty()
    async with open_house(worker_database.url, worker_database.app_url, market(shared_buyers.port)) as house:
        yield house


@pytest_asyncio.fixture
async def house(shared: House, shared_buyers: Buyers) -> AsyncIterator[House]:
    """The shared house. After the test a good lead must still sell in it, and its books must be in order."""
    shared_buyers.replies.clear()
    shared_buyers.got.clear()
    shared_buyers.on("a", ping=bid("10"), post=ACCEPT)
    yield shared
    shared_buyers.on("a", ping=bid("10"), post=ACCEPT)
    await assert_sells(shared)


@pytest_asyncio.fixture
async def buyers() -> AsyncIterator[Buyers]:
    async with Buyers() as found:
        yield found


async def assert_sells(house: House, key: str = SECRET) -> None:
    """A good lead sells at 10.00, the seller gets his 80 %, and the ledger adds up."""
    answer = await house.sell(lead(), key=key)
    assert (answer.status, answer.json.get("price")) == (200, "8.00"), answer
    balance = await house.balance()
    assert balance.faults == ()
    assert balance.totals == {"USD": 0}
