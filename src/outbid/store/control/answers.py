"""How offers answered pings lately, by source, summed from tallies."""

from collections.abc import Mapping

from outbid.core.control.seldom import Answers
from outbid.core.scope import Scope
from outbid.store.database import Connection


async def answered(
    connection: Connection, scope: Scope, cell: int, since_ms: int, offers: Mapping[int, int]
) -> dict[tuple[int, int], Answers]:
    """How each of the offers answered about leads of each source, in the newest quarter-hours that hold enough.

    `offers`: by an offer's number, how many answers are enough; no quarter-hour is older than `since_ms`. So what
    turned lately is seen soon, where many leads come, and where few come there are still enough of them.
    Only the house may ask: any other scope raises PermissionError.
    """
    if scope.kind != "house":
        raise PermissionError("only the house sees how several buyers answered")
    rows = await connection.fetch(
        """select source, offer, sum(answers)::bigint as answers, sum(bids)::bigint as bids
             from (select t.source, t.offer, w.enough, sum(t.times) as answers,
                          coalesce(sum(t.times) filter (where t.outcome = 'bid'), 0) as bids,
                          sum(sum(t.times)) over (partition by t.source, t.offer order by t.quarter desc) as so_far
                     from tally t join unnest($3::integer[], $4::bigint[]) w (offer, enough) on w.offer = t.offer
                    where t.cell = $1 and t.quarter >= $2 and t.clock = 'arrival' and t.dimension = ''
                      and t.outcome in ('bid', 'pass')
                    group by t.source, t.offer, t.quarter, w.enough) counted
            where so_far - answers < enough
            group by source, offer""",
        cell,
        since_ms,
        list(offers),
        list(offers.values()),
    )
    return {(row["source"], row["offer"]): Answers(row["answers"], row["bids"]) for row in rows}


async def spared(connection: Connection, scope: Scope, cell: int, since_ms: int) -> dict[tuple[int, int], int]:
    """How many pings were spared since then because an offer hardly ever bids, by source and offer.

    Only the house may ask: any other scope raises PermissionError.
    """
    if scope.kind != "house":
        raise PermissionError("only the house sees how often several buyers were not asked")
    rows = await connection.fetch(
        """select source, offer, sum(times)::bigint as times from tally
            where cell = $1 and quarter >= $2 and clock = 'arrival' and dimension = ''
              and outcome = 'skipped' and reason = 'seldom_bids'
            group by source, offer""",
        cell,
        since_ms,
    )
    return {(row["source"], row["offer"]): row["times"] for row in rows}
