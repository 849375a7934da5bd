"""The figures that rules judge by, summed from tallies."""

from collections.abc import Mapping

from outbid.core.control.figures import Tallied
from outbid.core.scope import Scope
from outbid.core.tally.histogram import BUCKETS, bucket_of
from outbid.store.database import Connection


async def tallied(
    connection: Connection, scope: Scope, cell: int, since_ms: int, slow_ms: Mapping[int, int]
) -> list[Tallied]:
    """Sums of these offers since a quarter-hour, all sources and lanes together.

    `slow_ms`: by an offer's number, how long an answer may take before it is slow; 0: none is.
    Only the house may ask: any other scope raises PermissionError.
    """
    if scope.kind != "house":
        raise PermissionError("only the house judges offers")
    rows = await connection.fetch(
        """select t.quarter, t.offer, t.outcome, t.reason, sum(t.times)::bigint as times,
                  coalesce(sum((select sum(m.n) from unnest(t.histogram[w.first:]) m (n))), 0)::bigint as slow
             from tally t join unnest($3::integer[], $4::integer[]) w (offer, first) on w.offer = t.offer
            where t.cell = $1 and t.quarter >= $2 and t.clock = 'arrival' and t.dimension = ''
            group by t.quarter, t.offer, t.outcome, t.reason""",
        cell,
        since_ms,
        list(slow_ms),
        [_first_slow(ms) for ms in slow_ms.values()],
    )
    return [Tallied(*row.values()) for row in rows]


def _first_slow(ms: int) -> int:
    """The place of the first bucket that is slow: places count from 1, and the bound's own bucket is not slow yet."""
    return bucket_of(ms) + 2 if ms else BUCKETS + 1
