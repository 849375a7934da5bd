"""What a buyer may know: his sales, his offers, what he paid; not who sold, who else bid, what is kept."""

import msgspec

from outbid.core.control.health import Stage
from outbid.core.ids import SALE, public
from outbid.core.lead import event as ev
from outbid.core.market.noun import Buyer, Offer
from outbid.core.scope import HOUSE, Scope
from outbid.store.control.steps import Step, taken
from outbid.store.database import Connection

LAST = b"\xff" * 16


async def zone(connection: Connection, scope: Scope) -> str:
    """The time zone in which the reader's days are counted. Raises PermissionError for whoever is no buyer."""
    if scope.kind != "buyer":
        raise PermissionError("only a buyer has a buyer's days")
    body = await connection.fetchval(
        "select body from noun where kind = 'buyer' and number = $1 order by from_version desc limit 1", scope.number
    )
    return msgspec.json.decode(body, type=Buyer).zone


class SaleWish(msgspec.Struct, frozen=True, kw_only=True):
    """Which sales, the newest first: those that began before the one with the id `before`. `offer` is a number."""

    before: bytes = LAST
    since: bytes = b"\0" * 16
    until: bytes = LAST
    status: str | None = None
    offer: int | None = None
    limit: int = 100


class SaleLine(msgspec.Struct, frozen=True):
    """A sale. `at_ms`: when it came to be as it is."""

    cell: int
    id: bytes
    lead_id: bytes
    offer: str
    campaign: str
    status: str
    price_micros: int
    currency: str
    at_ms: int


_SALES = """
select x.cell, x.id, x.lead_id, o.slug as offer, c.slug as campaign, x.status, x.price_micros,
       coalesce(c.body ->> 'currency', 'USD') as currency, x.at
  from sale x
  join lead l on l.cell = x.cell and l.id = x.lead_id
  join lateral (select n.slug from noun n where n.kind = 'offer' and n.number = x.offer limit 1) o on true
  join lateral (select n.slug, n.body from noun n
                 where n.kind = 'campaign' and n.number = l.campaign and n.from_version <= l.version
                   and (n.to_version is null or n.to_version > l.version)) c on true
 where x.cell = $1 and $2 = 'buyer' and x.buyer = $3"""


async def sales(connection: Connection, scope: Scope, cell: int, wish: SaleWish) -> list[SaleLine]:
    """A page of the sales of a cell."""
    rows = await connection.fetch(
        f"""{_SALES} and x.id < $4 and x.id >= $5 and x.id < $6 and ($7::text is null or x.status = $7)
               and ($8::integer is null or x.offer = $8)
             order by x.id desc limit $9""",
        cell,
        scope.kind,
        scope.number,
        wish.before,
        wish.since,
        wish.until,
        wish.status,
        wish.offer,
        wish.limit,
    )
    return [SaleLine(*row.values()) for row in rows]


class Sale(msgspec.Struct, frozen=True):
    """A sale with all that happened to it, and nothing of what else happened to its lead."""

    line: SaleLine
    events: list[ev.Event]


async def sale(connection: Connection, scope: Scope, cell: int, identifier: bytes) -> Sale | None:
    """One sale; None if there is none for the reader."""
    row = await connection.fetchrow(f"{_SALES} and x.id = $4", cell, scope.kind, scope.number, identifier)
    if row is None:
        return None
    line, name = SaleLine(*row.values()), public(SALE, cell, identifier)
    chapters = await connection.fetch(
        "select events from chapter where cell = $1 and lead_id = $2 order by n", cell, line.lead_id
    )
    events = [event for chapter in chapters for event in ev.decode(chapter["events"])]
    return Sale(line, [event for event in events if getattr(event, "sale", None) == name])


class Order(msgspec.Struct, frozen=True):
    """An offer as it stands now. `number` is its own; paused if it or its buyer is.

    `stage`, `share`, `since_ms`: where rules of health put it last; full, if they never did.
    """

    number: int
    offer: Offer
    currency: str
    campaign_name: str
    paused: bool
    stage: Stage
    share: int
    since_ms: int | None


async def offers(connection: Connection, scope: Scope, after: str, limit: int) -> list[Order]:
    """A page of the offers that are in the market now, by slug: those after a slug."""
    rows = await connection.fetch(
        """select n.number, n.body, coalesce(c.body ->> 'currency', 'USD') as currency,
                  coalesce(c.body ->> 'name', '') as campaign_name,
                  coalesce((n.body ->> 'paused')::boolean, false) or coalesce((p.body ->> 'paused')::boolean, false)
                    or coalesce((c.body ->> 'paused')::boolean, false) as paused,
                  coalesce(k.stage, 'full') as stage, coalesce(k.share, 1000000) as share, k.at as since
             from noun p
             join noun n on n.kind = 'offer' and n.to_version is null and n.body ->> 'buyer' = p.slug
             join noun c on c.kind = 'campaign' and c.to_version is null and c.slug = n.body ->> 'campaign'
             left join lateral (select stage, share, at from control_step s where s.offer = n.number
                                 order by s.n desc limit 1) k on true
            where $1 = 'buyer' and p.kind = 'buyer' and p.number = $2 and p.to_version is null and n.slug > $3
            order by n.slug limit $4""",
        scope.kind,
        scope.number,
        after,
        limit,
    )
    return [
        Order(
            row["number"],
            msgspec.json.decode(row["body"], type=Offer),
            row["currency"],
            row["campaign_name"],
            row["paused"],
            row["stage"],
            row["share"],
            row["since"],
        )
        for row in rows
    ]


async def offer_number(connection: Connection, scope: Scope, slug: str) -> int | None:
    """The number of an offer that is or was the reader's; None if there never was one."""
    found: int | None = await connection.fetchval(
        """select n.number from noun n join noun p on p.kind = 'buyer' and p.slug = n.body ->> 'buyer'
            where $1 = 'buyer' and p.number = $2 and n.kind = 'offer' and n.slug = $3 limit 1""",
        scope.kind,
        scope.number,
        slug,
    )
    return found


async def steps(connection: Connection, scope: Scope, slug: str, before: int, most: int) -> list[Step] | None:
    """The steps of an offer that is the reader's now, the newest first, from before a number on. None: not his."""
    number = await connection.fetchval(
        """select n.number from noun n join noun p on p.kind = 'buyer' and p.slug = n.body ->> 'buyer'
            where $1 = 'buyer' and p.number = $2 and p.to_version is null
              and n.kind = 'offer' and n.slug = $3 and n.to_version is null""",
        scope.kind,
        scope.number,
        slug,
    )
    return None if number is None else await taken(connection, HOUSE, number, before, most)


class TransferWish(msgspec.Struct, frozen=True, kw_only=True):
    """Which transfers, the newest first: those before the one with the id `before`."""

    since_ms: int
    until_ms: int
    before: bytes | None = None
    limit: int = 100


class Paid(msgspec.Struct, frozen=True):
    """What moved on a buyer's account: less than zero for a sale, more for what he paid in (under `reference`)."""

    id: bytes
    at_ms: int
    kind: str
    unit: str
    amount_micros: int
    sale_id: bytes | None
    reference: str | None


async def transfers(connection: Connection, scope: Scope, cell: int, wish: TransferWish) -> list[Paid]:
    """A page of what moved on the reader's account. The price of a sale is one row, however it is divided."""
    rows = await connection.fetch(
        """select t.id, t.at, case t.kind when 'payout' then 'sale' else t.kind end as kind, t.unit,
                  case when t.credit = 'buyer:' || $3 then t.amount
                       else -(t.amount + coalesce(m.amount, 0)) end as amount,
                  t.sale_id, d.reference
             from transfer t
             left join transfer m on m.cell = t.cell and m.sale_id = t.sale_id and m.kind = 'margin'
                                 and m.debit = t.debit and t.kind = 'payout'
             left join deposit d on d.cell = t.cell and d.transfer_id = t.id
            where t.cell = $1 and $2 = 'buyer' and (t.debit = 'buyer:' || $3 or t.credit = 'buyer:' || $3)
              and t.kind in ('payout', 'deposit')
              and t.at >= $5 and t.at < $6
              and ($4::uuid is null
                   or (t.at, t.id) < (select p.at, p.id from transfer p where p.cell = $1 and p.id = $4))
            order by t.at desc, t.id desc limit $7""",
        cell,
        scope.kind,
        str(scope.number),
        wish.before,
        wish.since_ms,
        wish.until_ms,
        wish.limit,
    )
    return [Paid(*row.values()) for row in rows]
