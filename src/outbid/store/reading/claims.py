"""Who has a claim on a person, looked up and left as it is."""

from collections.abc import Sequence

from outbid.core.contract import Conflict
from outbid.core.scope import Scope
from outbid.store.commit.claims import CLOSED
from outbid.store.commit.entry import Claim
from outbid.store.database import Connection

_HELD = """
select c.hash, c.scope, s.status
  from unnest($2::bytea[], $3::text[]) u (hash, scope)
  join claim c on c.hash = u.hash and c.scope = u.scope
  left join lead_status s on s.cell = c.cell and s.lead_id = c.lead_id
 where $1 = 'house' and c.expires_at >= $4
"""


async def conflicts(connection: Connection, scope: Scope, wanted: Sequence[Claim], at_ms: int) -> tuple[Conflict, ...]:
    """The claims that a new lead would not get at an instant, since another lead has them. Only the house finds any."""
    if not wanted:
        return ()
    hashes, scopes = [claim.hash for claim in wanted], [claim.scope for claim in wanted]
    rows = await connection.fetch(_HELD, scope.kind, hashes, scopes, at_ms)
    holders = {(row["hash"], row["scope"]): row["status"] for row in rows}
    return tuple(
        Conflict(claim.scope, claim.name, in_flight=holders[claim.hash, claim.scope] not in CLOSED)
        for claim in wanted
        if (claim.hash, claim.scope) in holders
    )
