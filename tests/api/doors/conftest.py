"""A house with two sellers and three buyers, in which something of every kind has happened, under telling names."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from msgspec import convert
from msgspec.structs import replace

from harness.buyers import ACCEPT, REJECT, Buyers, Silence, bid
from harness.house import House, open_house
from harness.market import lead, nouns, offer
from outbid.api.auth import key_hash
from outbid.api.buyer import routes as buyer_door
from outbid.api.door.doors import BUYER, SELLER
from outbid.api.seller import routes as seller_door
from outbid.core.market.noun import KINDS, Key
from outbid.core.scope import HOUSE
from outbid.store.money import ledger

KEYS = {
    "house": ("house", ""),
    "acme": ("seller", "acme"),
    "rival": ("seller", "rival"),
    "acme-web": ("source", "acme-web"),
    "acme-mail": ("source", "acme-mail"),
    "rival-feed": ("source", "rival-feed"),
    "zebra": ("buyer", "zebra"),
    "lynx": ("buyer", "lynx"),
    "puma": ("buyer", "puma"),
}
TESTS = {"acme-trial": ("source", "acme-web"), "house-trial": ("house", "")}


def market(port: int) -> dict:
    """Bids of 37.31 (zebra) and 11.11 (lynx), a floor of 2.22, a least margin of 1.23, a payout of 80 %."""
    found = nouns(
        [
            offer("zebra-auto", port, buyer="zebra", caps=[{"window": "day", "leads": 5}], filter={"fact": "state", "one_of": ["TX", "CA"]}),
            offer("lynx-auto", port, buyer="lynx", floor="3.33"),
            offer("puma-fixed", port, buyer="puma", tier="rest", price="4.44", paused=True),
        ],
        buyers={"zebra": {"wallet": {"credit": "500"}, "caps": [{"window": "total", "money": "900"}]}},
        campaign_more={"floor": "2.22", "least_margin": "1.23", "name": "Car insurance"},
    )  # fmt: skip
    rows: dict[str, list[dict[str, Any]]] = {
        "seller": [{"slug": "acme", "caps": [{"window": "month", "leads": 1000}]}, {"slug": "rival"}],
        "source": [
            {"slug": slug, "seller": slug.partition("-")[0], "campaign": "auto", "payout": {"share": "80%"}, **more}
            for slug, more in {
                "acme-web": {"caps": [{"window": "day", "leads": 50}]},
                "acme-mail": {"intake": {"plugin": "json", "settings": {"names": {"mobile": "phone"}}}},
                "rival-feed": {},
            }.items()
        ],
        "key": [
            {"slug": slug, "holder": holder, "owner": owner, "hash": key_hash(f"ob_{slug}"), "test": slug in TESTS}
            for slug, (holder, owner) in (KEYS | TESTS).items()
        ],
    }
    for kind, nouns_of_it in rows.items():
        found[kind] = {row["slug"]: convert(row, KINDS[kind]) for row in nouns_of_it}
    revoked = {"slug": "gone", "holder": "seller", "owner": "acme", "hash": key_hash("ob_gone"), "revoked": True}
    found["key"]["gone"] = convert(revoked, Key)
    return found


def _silent(got):
    raise Silence


class Past(msgspec.Struct):
    """What happened: the house, and what sellers were told of their leads by what became of them."""

    house: Any
    told: dict[str, dict]
    pings: list[Any]
    posts: list[Any]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def past(worker_database) -> AsyncIterator[Past]:
    await worker_database.empty()
    with pytest.MonkeyPatch.context() as patch:  # these tests ask faster than parties may
        patch.setattr(seller_door, "SELLER", replace(SELLER, rate=10_000.0))
        patch.setattr(buyer_door, "BUYER", replace(BUYER, rate=10_000.0))
        async for found in _past(worker_database):
            yield found


async def _past(worker_database) -> AsyncIterator[Past]:
    async with (
        Buyers() as buyers,
        open_house(worker_database.url, worker_database.app_url, market(buyers.port)) as house,
    ):
        told = {}

        async def sell(name: str, key: str, **more: Any) -> None:
            told[name] = (await house.sell(lead(first_name="Xanthippe", **more), key=f"ob_{key}")).json

        buyers.on("zebra", ping=bid("37.31", "tok-9"), post=ACCEPT | {"redirect": "https://person.test/go"})
        buyers.on("lynx", ping=bid("11.11"), post=ACCEPT)
        payment = ledger.Payment("zebra", 50_000_000, "wire-77", note="thanks to the bank", by="somebody")
        await ledger.pay_in(house.connection, HOUSE, 0, payment, house.process.exchange.clock.now_ms() - 60_000)
        await sell("sold", "acme-web")
        await sell("mailed", "acme-mail")
        await sell("rivals", "rival-feed")
        await sell("flawed", "acme-web", zip="x", phone="1")
        await sell("tested", "acme-trial")
        buyers.on("zebra", ping=bid("37.31"), post=REJECT)
        await sell("second", "acme-web")
        buyers.on("zebra", ping=REJECT)
        buyers.on("lynx", ping=REJECT)
        await sell("unsold", "acme-web")
        buyers.on("zebra", ping=bid("37.31"), post=ACCEPT | {"price": "1.11"})
        await sell("too_low", "acme-web")
        buyers.on("zebra", ping=bid("37.31"), post=_silent)
        await sell("pending", "acme-web")
        yield Past(house, told, buyers.pings("zebra"), buyers.posts("zebra"))


@pytest_asyncio.fixture
async def house(past: Past) -> House:
    return past.house
