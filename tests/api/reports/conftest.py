"""A house with two sellers and two buyers that sold, refused and failed to sell, with what came of it counted by hand."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from msgspec import convert
from msgspec.structs import replace

from harness.buyers import ACCEPT, REJECT, Buyers, bid
from harness.house import House, open_house, until
from harness.market import FIELDS, lead, nouns, offer
from outbid.api.auth import key_hash
from outbid.api.buyer import routes as buyer_door
from outbid.api.door.doors import BUYER, SELLER
from outbid.api.seller import routes as seller_door
from outbid.core.market.noun import KINDS
from outbid.plugins.reports import Reports, read

KEYS = {
    "house": ("house", ""),
    "acme": ("seller", "acme"),
    "rival": ("seller", "rival"),
    "acme-web": ("source", "acme-web"),
    "a": ("buyer", "a"),
    "b": ("buyer", "b"),
}
FORMULA = "=1+1"
"""A sub-id that a spreadsheet would run."""
SLOW = """/*
title: Slow
about: A report that takes too long.
of: leads
audience: [operator, seller]
groups: [source]
group: [source]
columns: [{name: times, title: Leads, kind: count}]
*/
select starts, source, times from tallies where pg_sleep(1) is not null
"""
PRYING = SLOW.replace("Slow", "Prying").replace("from tallies where pg_sleep(1) is not null", "from (select now() as "
                      "starts, source, times from tally) t")  # fmt: skip


class Own(Reports):
    """The built-in reports, a slow one, and one that reads what it may not."""

    def __init__(self) -> None:
        super().__init__(installed=())
        self._found |= {"slow": read("slow", SLOW), "prying": read("prying", PRYING)}


def market(port: int) -> dict:
    found = nouns(
        [
            offer("a-auto", port, buyer="a", caps=[{"window": "day", "leads": 3}]),
            offer("b-auto", port, buyer="b"),
            offer("b-rest", port, buyer="b", filter={"fact": "state", "equals": "CA"}),
        ],
        campaign_more={"fields": [*FIELDS, {"name": "sub_id", "type": "text"}], "dimensions": ["sub_id"]},
    )
    rows: dict[str, list[dict[str, Any]]] = {
        "seller": [{"slug": "acme"}, {"slug": "rival"}],
        "source": [
            {"slug": slug, "seller": slug.partition("-")[0], "campaign": "auto", "payout": {"share": "80%"}}
            for slug in ("acme-web", "acme-mail", "rival-feed")
        ],
        "key": [
            {"slug": slug, "holder": holder, "owner": owner, "hash": key_hash(f"ob_{slug}")}
            for slug, (holder, owner) in {**KEYS, "mail": ("source", "acme-mail"), "feed": ("source", "rival-feed")}.items()
        ],
    }  # fmt: skip
    for kind, of_kind in rows.items():
        found[kind] = {row["slug"]: convert(row, KINDS[kind]) for row in of_kind}
    return found


class Past(msgspec.Struct):
    """The house, and each lead by its source: the answer and the state it ended in."""

    house: House
    leads: list[tuple[str, dict, Any]]

    def sales(self) -> list[tuple[str, str, int, int]]:
        """Source, buyer, price and payout of every sale, counted from the leads alone."""
        offers = self.house.process.exchange.market.offers
        return [
            (source, offers[sale.offer].slug.partition("-")[0], sale.price_micros, sale.payout_micros)
            for source, _, state in self.leads
            for sale in state.sales
            if sale.status == "sold"
        ]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def past(worker_database) -> AsyncIterator[Past]:
    await worker_database.empty()
    with pytest.MonkeyPatch.context() as patch:  # these tests ask faster than parties may
        patch.setattr(seller_door, "SELLER", replace(SELLER, rate=10_000.0))
        patch.setattr(buyer_door, "BUYER", replace(BUYER, rate=10_000.0))
        async with (
            Buyers() as buyers,
            open_house(worker_database.url, worker_database.app_url, market(buyers.port), reports=Own()) as house,
        ):
            yield await _past(house, buyers)


async def _past(house: House, buyers: Buyers) -> Past:
    told: list[tuple[str, dict]] = []

    async def sell(source: str, key: str, **more: Any) -> None:
        told.append((source, (await house.sell(lead(**more), key=f"ob_{key}")).json))

    house.process.exchange.sampled = 1_000_000
    buyers.on("a", ping=bid("10"), post=ACCEPT)
    buyers.on("b", ping=bid("6.10"), post=ACCEPT)
    await sell("acme-web", "acme-web", sub_id="s1")
    await sell("acme-web", "acme-web", sub_id=FORMULA)
    await sell("rival-feed", "feed", sub_id="r9")
    await sell("acme-mail", "mail", state="CA")  # a has three: his cap is full
    await sell("acme-web", "acme-web", zip="x", sub_id="s1")
    buyers.on("b", ping=bid("6.10"), post=REJECT)
    await sell("rival-feed", "feed", sub_id="r9")
    buyers.on("b", ping=REJECT)
    await sell("acme-mail", "mail", sub_id="s1")
    await house.connection.execute("update job set run_at = $1 where kind = 'sample'", 0)

    async def is_counted() -> bool:
        answered = "select coalesce(sum(times), 0) from tally where outcome = 'answered' and dimension = ''"
        sampled = "select coalesce(sum(times), 0) from skip_sample where offer = 0"
        return [await house.connection.fetchval(sql) for sql in (answered, sampled)] == [len(told), len(told)]

    await until(is_counted, 20)
    return Past(house, [(source, answer, await house.state(answer["lead"])) for source, answer in told])
