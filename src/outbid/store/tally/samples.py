"""Why offers were not asked, counted over a sample of leads: added once, with the jobs that asked for it."""

from outbid.core.tally.sample import Skips
from outbid.store.database import Connection

_ADD = """
insert into skip_sample as s (cell, quarter, source, offer, reason, share, times)
select $1, u.* from unnest($2::timestamptz[], $3::integer[], $4::integer[], $5::text[], $6::integer[], $7::bigint[]) u
on conflict (cell, quarter, source, offer, reason, share) do update set times = s.times + excluded.times"""

_DONE = "delete from job where cell = $1 and id = any($2::uuid[]) returning id"


async def add(connection: Connection, cell: int, jobs: list[bytes], skips: Skips) -> bool:
    """Add to the sample and finish the jobs, in one transaction.

    False, and nothing is written, if any of the jobs is not there: then somebody else has done it. What is left of
    them is taken again.
    """
    rows = sorted(skips.items())  # in one order, so that two who add never wait for each other in a circle
    columns = [list(column) for column in zip(*((*key, times) for key, times in rows), strict=True)]
    try:
        async with connection.transaction():
            if len(await connection.fetch(_DONE, cell, jobs)) != len(jobs):
                raise _DoneBefore
            if columns:
                await connection.execute(_ADD, cell, *columns)
    except _DoneBefore:
        return False
    return True


class _DoneBefore(Exception):
    """A job is not there any more: what this transaction did counts for nothing."""
