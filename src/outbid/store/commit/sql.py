"""The statements of a batch, made of parts that are written once. A parameter is `:name` here and `$n` when it is sent.

Rows that are changed are named by `= any` besides the join: else a planner that knows nothing of a new table reads
all of it for every batch.
"""

import re
from typing import Final

_NAMED = re.compile(r"(?<!:):(\w+)")


def _numbered(names: str, text: str) -> str:
    """The statement with its parameters numbered in the order of their names."""
    order = {name: f"${place}" for place, name in enumerate(names.split(), 1)}
    return _NAMED.sub(lambda found: order[found[1]], text)


LOCK_LANE: Final = "select fence from lane where cell = $1 and id = $2 for update"

CHAPTER_OF: Final = "select lane, seq from chapter where cell = $1 and lead_id = $2 and n = $3"

CLAIM_HOLDERS: Final = """
select c.hash, c.scope, c.lead_id, s.status
  from unnest($1::bytea[], $2::text[]) u (hash, scope)
  join claim c on c.hash = u.hash and c.scope = u.scope
  left join lead_status s on s.cell = c.cell and s.lead_id = c.lead_id
"""

HALTED_SINCE: Final = "select kind, number from halted_since($1)"

LISTED: Final = """
select s.hash, s.owner from suppression s, unnest($1::listed_row[]) u
 where s.hash = u.hash and s.owner = u.owner and (s.expires_at is null or s.expires_at >= $2)
"""

GIVE_BACK: Final = """
update claim c set expires_at = to_timestamp(0)
  from unnest($1::bytea[], $2::text[], $3::uuid[]) u (hash, scope, lead_id)
 where c.hash = u.hash and c.scope = u.scope and c.lead_id = u.lead_id
"""

_FENCED = "fenced as materialized (select 1 from lane where cell = :cell and id = :lane and fence = :fence for share)"

_LOCKED = """locked as materialized (
  select id, ceiling, posted, held from account
   where cell = :cell and id = any(:accounts::uuid[]) order by id for update
)"""

_TAKEN = """claimed as (
  insert into claim as c (hash, scope, lead_id, expires_at, cell)
  select u.*, :cell from unnest(:claims::claim_row[]) u order by u.hash, u.scope
  on conflict (hash, scope) do update
     set lead_id = excluded.lead_id, cell = excluded.cell, expires_at = excluded.expires_at
   where c.lead_id = excluded.lead_id or c.expires_at < :now
  returning scope
), born as (
  insert into lead (id, source, campaign, version, test, arrived_at, facts, sealed, quote, cell, lane)
  select u.*, :cell, :lane from unnest(:leads::lead_row[]) u
), keyed as (
  insert into lead_key (lead_id, key_version, wrapped, cell) select u.*, :cell from unnest(:keys::lead_key_row[]) u
), found as (
  insert into person (hash, lead_id, cell) select u.*, :cell from unnest(:persons::person_row[]) u
  on conflict do nothing
)"""

_REQUESTED = """requested as (
  insert into idempotency as i (key_hash, source, body_hash, lead_id, expires_at, cell)
  select u.*, :cell from unnest(:requests::request_row[]) u order by u.key_hash, u.source
  on conflict (key_hash, source) do update
     set body_hash = excluded.body_hash, lead_id = excluded.lead_id, expires_at = excluded.expires_at,
         cell = excluded.cell
   where i.expires_at < :now or i.lead_id = excluded.lead_id
  returning key_hash, source
)"""

_WRITTEN = """chaptered as (
  insert into chapter (lead_id, n, place, events, sealed, salt, prev_hash, hash, cell, at, lane, seq)
  select u.*, :cell, :now, :lane, :seq from unnest(:chapters::chapter_row[]) u
), spoken as (
  insert into traffic (lead_id, n, sealed, cell) select u.*, :cell from unnest(:traffic::traffic_row[]) u
), opened as (
  insert into sale (id, lead_id, offer, buyer, source, price_micros, payout_micros, cell, at, status)
  select u.id, u.lead_id, u.offer, u.buyer, u.source, u.price_micros, u.payout_micros, :cell, :now, 'posting'
    from unnest(:sales::sale_row[]) u
), held as (
  insert into hold (sale_id, price_micros, accounts, money, cell)
  select u.id, u.price_micros, t.accounts, t.money, :cell
    from unnest(:sales::sale_row[]) u
    join unnest(:terms::terms_row[]) with ordinality t (accounts, money, place) on t.place = u.terms
), moved as (
  update sale s set status = u.status, price_micros = u.price_micros, payout_micros = u.payout_micros, at = :now
    from unnest(:moves::move_row[]) u where s.cell = :cell and s.id = any(:moved::uuid[]) and s.id = u.id
), transferred as (
  insert into transfer (id, sale_id, kind, debit, credit, unit, amount, cell, at)
  select u.*, :cell, :now from unnest(:transfers::transfer_row[]) u
), closed as (
  insert into lead_status as l (lead_id, status, reason, chapters, cell, at)
  select u.*, :cell, :now from unnest(:statuses::status_row[]) u
  on conflict (cell, lead_id) do update
     set status = excluded.status, reason = excluded.reason, chapters = excluded.chapters, at = excluded.at
), put_off as (
  insert into job (id, kind, key, payload, run_at, cell) select u.*, :cell from unnest(:jobs::job_row[]) u
  on conflict do nothing
)"""

OPEN_NAMES: Final = "cell lane fence accounts claims now leads keys persons"
WRITE_NAMES: Final = (
    "cell lane now seq chapters traffic sales terms moves moved transfers statuses jobs accounts balances"
)
AT_ONCE_NAMES: Final = (
    "cell lane fence now accounts claims requests leads keys persons seq chapters traffic sales terms moves moved"
    " transfers statuses jobs balances known offers buyers scopes most listed"
)

# One statement that locks and takes: accounts in sorted order (the aggregate makes sure that all are locked first),
# then claims, then the rows of new leads. It answers with the locked accounts, and on each row with how many claims
# were taken and whether the lane's fence still stands.
OPEN: Final = _numbered(
    OPEN_NAMES,
    f"""
with {_FENCED}, {_LOCKED}, {_TAKEN}
select a.id, a.ceiling, a.posted, a.held, (select count(*) from fenced) as fenced,
       (select count(*) from claimed) as claimed
  from (select count(*) from locked) forced left join locked a on true
""",
)

TAKE_REQUESTS: Final = _numbered("cell now requests", f"with {_REQUESTED} select * from requested")

REQUESTS_TAKEN: Final = """
select i.key_hash, i.source, i.body_hash, i.cell, i.lead_id
  from unnest($1::bytea[], $2::integer[]) u (key_hash, source)
  join idempotency i on i.key_hash = u.key_hash and i.source = u.source
"""

WRITE: Final = _numbered(
    WRITE_NAMES,
    f"""
with {_WRITTEN}
update account a set posted = u.posted, held = u.held
  from unnest(:balances::balance_row[]) u where a.cell = :cell and a.id = any(:accounts::uuid[]) and a.id = u.id
""",
)

# The whole batch in one statement, for decisions that were taken on the presumption that there is room for all of it:
# `balances` are changes. The statement fails (a division by zero) and leaves nothing behind if an account would pass
# its ceiling, an account is not there, a request was sent before, the fence fell, an offer or buyer was halted since
# `known`, a claim in one of `scopes`, which holds rest on, is another lead's, or somebody is on a
# list of whoever would buy him.
AT_ONCE: Final = _numbered(
    AT_ONCE_NAMES,
    f"""
with {_LOCKED}, {_FENCED}, {_TAKEN}, {_REQUESTED}, {_WRITTEN}, changed as (
  update account a set posted = a.posted + u.posted, held = a.held + u.held
    from unnest(:balances::balance_row[]) u
   where a.cell = :cell and a.id = any(:accounts::uuid[]) and a.id = u.id and (select count(*) from locked) >= 0
  returning a.id, a.ceiling, a.posted, a.held, u.held_on and a.posted + a.held > a.ceiling as passed
)
select c.id, c.ceiling, c.posted, c.held, (select count(*) from claimed) as claimed,
       (select 1 / (exists (select from fenced)
                    and (select count(*) from changed where not passed) = cardinality(:accounts::uuid[])
                    and (select count(*) from requested) = cardinality(:requests::request_row[])
                    and (select count(*) from claimed where scope = any(:scopes::text[])) = :most
                    and not exists (select from suppression s, unnest(:listed::listed_row[]) u
                                     where s.hash = u.hash and s.owner = u.owner
                                       and (s.expires_at is null or s.expires_at >= :now))
                    and not exists (select from halted_since(:known) h
                                     where h.kind = 'offer' and h.number = any(:offers::integer[])
                                        or h.kind = 'buyer' and h.number = any(:buyers::integer[])))::integer) as kept
  from (values (1)) one left join changed c on true
""",
)
