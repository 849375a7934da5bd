"""Why offers were not asked, counted over a sample of leads: added once, with the jobs that asked for it."""

from outbid.core.tally.sample import Skips
from outbid.store.database import Connection

_ADD = """
insert into skip_sample as s (cell, quarter, source, offer, reason, share, times)
select $1, u.* from unnest($2::timestamptz[], $3::integer[], $4::integer[], $5::text[], $6::integer[], $7::bigint[]) u
on conflict (cell, quarter, source, offer, reason, share) do update set times = s.times + excluded.times"""


async def add(connection: Connection, cell: int, jobs: list[bytes], skips: Skips) -> bool:
    """Add to the sample and finish the jobs, in one transaction.

    False, and nothing is written, if any of the jobs is not there: then somebody else has done it. What is left of
    them is taken again.
    """
    transaction = connection.transaction()
    await transaction.start()
    try:
        gone = "delete from job where cell = $1 and id = any($2::uuid[]) returning id"
        if len(await connection.fetch(gone, cell, jobs)) != len(jobs):
            await transaction.rollback()
            return False
        rows = sorted(skips.items())  # in one order, so that two who add never wait for each other in a circle
        columns = [list(column) for column in zip(*((*key, times) for key, times in rows), strict=True)]
        if columns:
            await connection.execute(_ADD, cell, *columns)
    except BaseException:
        await transaction.rollback()
        raise
    await transaction.commit()
    return True
