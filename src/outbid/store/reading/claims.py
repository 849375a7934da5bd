"""Who has a claim on a person, or must not have him, looked up and left as it is."""

from collections.abc import Sequence

import msgspec

from outbid.core.contract import Conflict
from outbid.core.scope import Scope
from outbid.store.commit.claims import CLOSED
from outbid.store.commit.entry import Claim
from outbid.store.database import Connection

_KNOWN = """
select c.hash, c.scope, c.lead_id from claim c
 where $1 = 'house' and c.hash = any($2::bytea[]) and c.expires_at >= $4
union all
select s.hash, s.owner, null from suppression s
 where $1 = 'house' and s.hash = any($3::bytea[]) and (s.expires_at is null or s.expires_at >= $4)
"""

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


class Known(msgspec.Struct, frozen=True):
    """Somebody has a person, or has put him on a list: then no lead is named."""

    hash: bytes
    scope: str
    lead: bytes | None


async def known(
    connection: Connection, scope: Scope, claimed: Sequence[bytes], listed: Sequence[bytes], at_ms: int
) -> list[Known]:
    """Claims on persons, and entries of suppression lists, by keyed hashes. Only the house finds any."""
    rows = await connection.fetch(_KNOWN, scope.kind, list(claimed), list(listed), at_ms)
    return [Known(row["hash"], row["scope"], row["lead_id"]) for row in rows]
