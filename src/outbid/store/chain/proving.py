"""What a proof for a buyer is made of: the leads that he may mean, and one of them with his offers at its version."""

import msgspec

from outbid.core.scope import Scope
from outbid.core.seal.proof import Stored
from outbid.store.database import Connection

MOST_SALES = 1_000


class Asked(msgspec.Struct, frozen=True):
    """A lead of a campaign, with the reader's offers there, number → slug, at the version that the lead pinned.

    methods    the distribution method of each tier
    rules      by which rule each of these offers is charged: number → first, second or floor_step
    handicaps  those of these offers that have one, as the market says it
    """

    campaign: str
    currency: str
    methods: list[str]
    offers: dict[int, str]
    rules: dict[int, str]
    handicaps: dict[int, str]
    chapters: list[Stored]


async def written_between(connection: Connection, scope: Scope, cell: int, since_ms: int, until_ms: int) -> list[bytes]:
    """The leads about which something was written in a time: the caller looks for the one whose reference he knows."""
    rows = await connection.fetch(
        "select distinct lead_id from chapter where cell = $1 and $2 = 'buyer' and at >= $3 and at < $4",
        cell,
        scope.kind,
        since_ms,
        until_ms,
    )
    return [row["lead_id"] for row in rows]


async def bought_last(connection: Connection, scope: Scope, cell: int) -> list[bytes]:
    """The leads that were posted to the reader last."""
    rows = await connection.fetch(
        "select lead_id from sale where cell = $1 and $2 = 'buyer' and buyer = $3 order by id desc limit $4",
        cell,
        scope.kind,
        scope.number,
        MOST_SALES,
    )
    return [row["lead_id"] for row in rows]


async def asked(connection: Connection, scope: Scope, cell: int, lead_id: bytes) -> Asked | None:
    """One lead, or None if it is not there. That the reader was asked about it follows from its chapters alone."""
    lead = await connection.fetchrow(
        """select l.version, c.slug, coalesce(c.body ->> 'currency', 'USD') as currency, c.body -> 'tiers' as tiers
             from lead l
             join noun c on c.kind = 'campaign' and c.number = l.campaign
                        and c.from_version <= l.version and (c.to_version is null or c.to_version > l.version)
            where l.cell = $1 and l.id = $2 and $3 = 'buyer'""",
        cell,
        lead_id,
        scope.kind,
    )
    if lead is None:
        return None
    offers = await connection.fetch(
        """select o.number, o.slug, o.body ->> 'tier' as tier, o.body ->> 'handicap' as handicap
             from noun o join noun p on p.kind = 'buyer' and p.slug = o.body ->> 'buyer'
            where o.kind = 'offer' and p.number = $1
              and o.from_version <= $2 and (o.to_version is null or o.to_version > $2)
              and p.from_version <= $2 and (p.to_version is null or p.to_version > $2)""",
        scope.number,
        lead["version"],
    )
    chapters = await connection.fetch(
        """select lead_id, n, lane, seq, place, events, salt, prev_hash, hash from chapter
            where cell = $1 and lead_id = $2 order by n""",
        cell,
        lead_id,
    )
    tiers = msgspec.json.decode(lead["tiers"])
    methods = [tier.get("method", {}).get("plugin", "highest_bid") for tier in tiers]
    pricing = {tier["slug"]: tier.get("pricing", {}).get("rule", "first") for tier in tiers}
    return Asked(
        lead["slug"],
        lead["currency"],
        methods,
        {row["number"]: row["slug"] for row in offers},
        {row["number"]: pricing.get(row["tier"], "first") for row in offers},
        {row["number"]: row["handicap"] for row in offers if row["handicap"]},
        [Stored(*row.values()) for row in chapters],
    )
