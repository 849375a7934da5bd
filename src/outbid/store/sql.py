"""The statements of a batch. `$1` is always the cell."""

LOCK_LANE = "select fence from lane where cell = $1 and id = $2 for update"

CHAPTER_OF = "select lane, seq from chapter where cell = $1 and lead_id = $2 and n = $3"

CREATE_ACCOUNTS = """
insert into account as a (cell, id, owner, unit, window_name, starts_at, ends_at, ceiling, version)
select $1, u.* from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::timestamptz[],
                           $8::bigint[], $9::bigint[]) u
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
# were taken, whether the lane's fence still stands, and the market's version.
OPEN = """
with fenced as materialized (
  select 1 from lane where cell = $1 and id = $2 and fence = $3 for share
), locked as materialized (
  select id, ceiling, posted, held from account where cell = $1 and id = any($4::uuid[]) order by id for update
), claimed as (
  insert into claim as c (hash, scope, lead_id, expires_at, cell)
  select u.hash, u.scope, u.lead_id, u.expires_at, $1
    from unnest($5::bytea[], $6::text[], $7::uuid[], $8::timestamptz[]) u (hash, scope, lead_id, expires_at)
   order by u.hash, u.scope
  on conflict (hash, scope) do update
     set lead_id = excluded.lead_id, cell = excluded.cell, expires_at = excluded.expires_at
   where c.lead_id = excluded.lead_id or c.expires_at < $9
  returning 1
), born as (
  insert into lead (cell, lane, id, source, campaign, version, test, arrived_at, facts, sealed)
  select $1, $2, u.* from unnest($10::uuid[], $11::int[], $12::int[], $13::bigint[], $14::boolean[],
                                 $15::timestamptz[], $16::jsonb[], $17::bytea[]) u
), keyed as (
  insert into lead_key (cell, lead_id, key_version, wrapped)
  select $1, u.* from unnest($10::uuid[], $18::int[], $19::bytea[]) u
), found as (
  insert into person (cell, hash, lead_id)
  select $1, u.* from unnest($20::bytea[], $21::uuid[]) u on conflict do nothing
)
select a.id, a.ceiling, a.posted, a.held, (select count(*) from fenced) as fenced,
       (select count(*) from claimed) as claimed, (select coalesce(max(number), 0) from version) as version
  from (select count(*) from locked) forced left join locked a on true
"""

HALTED_SINCE = """
select n.kind, n.number from noun n
 where n.kind in ('offer', 'buyer')
   and (n.from_version > $1 and n.to_version is null and n.body ->> 'paused' = 'true'
        or n.to_version > $1 and not exists (select 1 from noun m where m.kind = n.kind and m.number = n.number
                                                and m.from_version = n.to_version))
"""

INSERT = """
with chaptered as (
  insert into chapter (cell, lane, seq, at, lead_id, n, place, events, sealed, salt, prev_hash, hash)
  select $1, $2, $3, $4, u.* from unnest($5::uuid[], $6::int[], $7::int[], $8::jsonb[], $9::bytea[], $10::bytea[],
                                         $11::bytea[], $12::bytea[]) u
), opened as (
  insert into sale (cell, status, at, id, lead_id, offer, buyer, source, price_micros, payout_micros)
  select $1, 'posting', $4, u.* from unnest($13::uuid[], $14::uuid[], $15::int[], $16::int[], $17::int[],
                                            $18::bigint[], $19::bigint[]) u
), held as (
  insert into hold (cell, sale_id, accounts, amounts, money)
  select $1, u.sale_id, u.accounts::uuid[], u.amounts::bigint[], u.money::boolean[]
    from unnest($13::uuid[], $20::text[], $21::text[], $22::text[]) u (sale_id, accounts, amounts, money)
), moved as (
  update sale s set status = u.status, price_micros = u.price_micros, payout_micros = u.payout_micros, at = $4
    from unnest($23::uuid[], $24::text[], $25::bigint[], $26::bigint[]) u (id, status, price_micros, payout_micros)
   where s.cell = $1 and s.id = u.id
), transferred as (
  insert into transfer (cell, at, id, sale_id, kind, debit, credit, unit, amount)
  select $1, $4, u.* from unnest($27::uuid[], $28::uuid[], $29::text[], $30::text[], $31::text[], $32::text[],
                                 $33::bigint[]) u
), closed as (
  insert into lead_status as l (cell, at, lead_id, status, reason, chapters)
  select $1, $4, u.* from unnest($34::uuid[], $35::text[], $36::text[], $37::int[]) u
  on conflict (cell, lead_id) do update
     set status = excluded.status, reason = excluded.reason, chapters = excluded.chapters, at = excluded.at
)
update account a set posted = u.posted, held = u.held
  from unnest($38::uuid[], $39::bigint[], $40::bigint[]) u (id, posted, held)
 where a.cell = $1 and a.id = u.id
"""
