"""The statements of a batch. `$1` is always the cell."""

LOCK_LANE = "select fence from lane where cell = $1 and id = $2 for update"

CHAPTER_OF = "select lane, seq from chapter where cell = $1 and lead_id = $2 and n = $3"

CREATE_ACCOUNTS = """
insert into account as a (cell, id, owner, unit, window_name, starts_at, ends_at, ceiling, version)
select $1, u.id, u.owner, u.unit, u.window_name, u.starts_at, u.ends_at,
       coalesce((select c.ceiling from ceiling c
                  where c.owner = u.owner and c.unit = u.unit and c.window_name = u.window_name), u.ceiling), u.version
  from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::timestamptz[], $8::bigint[],
              $9::bigint[]) u (id, owner, unit, window_name, starts_at, ends_at, ceiling, version)
on conflict (cell, id) do update set ceiling = excluded.ceiling, version = excluded.version
 where a.version < excluded.version
"""

CLAIM_HOLDERS = """
select c.hash, c.scope, c.lead_id, s.status
  from unnest($1::bytea[], $2::text[]) u (hash, scope)
  join claim c on c.hash = u.hash and c.scope = u.scope
  left join lead_status s on s.cell = c.cell and s.lead_id = c.lead_id
"""

# One statement that locks and takes: accounts in sorted order (the aggregate makes sure that all are locked first),
# then claims, then the rows of new leads. It answers with the locked accounts, and on each row with how many claims
# were taken and whether the lane's fence still stands.
OPEN = """
with fenced as materialized (
  select 1 from lane where cell = $1 and id = $2 and fence = $3 for share
), locked as materialized (
  select id, ceiling, posted, held from account where cell = $1 and id = any($4::uuid[]) order by id for update
), claimed as (
  insert into claim as c (hash, scope, lead_id, expires_at, cell)
  select u.*, $1 from unnest($5::claim_row[]) u order by u.hash, u.scope
  on conflict (hash, scope) do update
     set lead_id = excluded.lead_id, cell = excluded.cell, expires_at = excluded.expires_at
   where c.lead_id = excluded.lead_id or c.expires_at < $6
  returning 1
), born as (
  insert into lead (id, source, campaign, version, test, arrived_at, facts, sealed, cell, lane)
  select u.*, $1, $2 from unnest($7::lead_row[]) u
), keyed as (
  insert into lead_key (lead_id, key_version, wrapped, cell) select u.*, $1 from unnest($8::lead_key_row[]) u
), found as (
  insert into person (hash, lead_id, cell) select u.*, $1 from unnest($9::person_row[]) u on conflict do nothing
)
select a.id, a.ceiling, a.posted, a.held, (select count(*) from fenced) as fenced,
       (select count(*) from claimed) as claimed
  from (select count(*) from locked) forced left join locked a on true
"""

HALTED_SINCE = """
select n.kind, n.number from noun n
 where n.kind in ('offer', 'buyer')
   and (n.from_version > $1 and n.to_version is null and n.body ->> 'paused' = 'true'
        or n.to_version > $1 and not exists (select 1 from noun m where m.kind = n.kind and m.number = n.number
                                                and m.from_version = n.to_version))
"""

# Rows that are changed are named by `= any` besides the join: else a planner that knows nothing of a new table reads
# all of it for every batch.
INSERT = """
with chaptered as (
  insert into chapter (lead_id, n, place, events, sealed, salt, prev_hash, hash, cell, at, lane, seq)
  select u.*, $1, $2, $9, $10 from unnest($3::chapter_row[]) u
), opened as (
  insert into sale (id, lead_id, offer, buyer, source, price_micros, payout_micros, cell, at, status)
  select u.id, u.lead_id, u.offer, u.buyer, u.source, u.price_micros, u.payout_micros, $1, $2, 'posting'
    from unnest($4::sale_row[]) u
), held as (
  insert into hold (sale_id, price_micros, accounts, money, cell)
  select u.id, u.price_micros, t.accounts, t.money, $1
    from unnest($4::sale_row[]) u
    join unnest($5::terms_row[]) with ordinality t (accounts, money, place) on t.place = u.terms
), moved as (
  update sale s set status = u.status, price_micros = u.price_micros, payout_micros = u.payout_micros, at = $2
    from unnest($6::move_row[]) u where s.cell = $1 and s.id = any($11::uuid[]) and s.id = u.id
), transferred as (
  insert into transfer (id, sale_id, kind, debit, credit, unit, amount, cell, at)
  select u.*, $1, $2 from unnest($7::transfer_row[]) u
), closed as (
  insert into lead_status as l (lead_id, status, reason, chapters, cell, at)
  select u.*, $1, $2 from unnest($8::status_row[]) u
  on conflict (cell, lead_id) do update
     set status = excluded.status, reason = excluded.reason, chapters = excluded.chapters, at = excluded.at
)
update account a set posted = u.posted, held = u.held
  from unnest($12::balance_row[]) u where a.cell = $1 and a.id = any($13::uuid[]) and a.id = u.id
"""
