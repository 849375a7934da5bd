-- The database on one page. The migrations give exactly this; a test proves it.
--
-- Rules: every large table's key begins with `cell` (0 on one server). No triggers, no contrib extension, no unique
-- constraint without the distribution key, nothing newer than PostgreSQL 15. Ids of leads and sales are UUIDv7 made
-- in Python. Market nouns are named by their number. Money is in millionths of the currency. Times are UTC.
-- Histories (chapter, transfer, deposit, noun, version) are appended to and never edited (but for noun.to_version, set once).

-- The market: every noun (seller, source, buyer, offer, campaign, tier, key …) in every version -----------------

create table version (
  number bigint primary key,
  at timestamptz not null default now(),
  by text not null,
  note text not null default ''
);

-- `json`, for it keeps the order of keys: it is the order of elements in what is written to buyers.
create table noun (
  kind text not null,
  number integer not null,
  from_version bigint not null references version,
  to_version bigint,
  slug text not null,
  body json not null,
  primary key (kind, number, from_version)
);
create unique index noun_now on noun (kind, slug) where to_version is null;
create index noun_from on noun (from_version);
create index noun_to on noun (to_version) where to_version is not null;

create table noun_number (kind text primary key, last integer not null);

create table secret (
  name text primary key,
  key_version integer not null,
  sealed bytea not null,
  at timestamptz not null default now()
);

-- Processes and their lanes ----------------------------------------------------------------------------------------

create table lane (
  cell integer not null,
  id integer not null,
  fence bigint not null,
  lease_until timestamptz not null,
  oldest_open uuid not null,
  adopted_by integer,
  owner text not null,
  key_version integer not null,
  primary key (cell, id)
);

-- Leads: the wide row is written once; what changes stands apart ----------------------------------------------------

create table lead (
  cell integer not null,
  id uuid not null,
  lane integer not null,
  source integer not null,
  campaign integer not null,
  version bigint not null,
  test boolean not null,
  arrived_at timestamptz not null,
  facts jsonb not null,
  sealed bytea not null,
  quote uuid,
  primary key (cell, id)
) partition by range (id);

create table lead_key (
  cell integer not null,
  lead_id uuid not null,
  key_version integer not null,
  wrapped bytea not null,
  primary key (cell, lead_id)
) partition by range (lead_id);

create table lead_status (
  cell integer not null,
  lead_id uuid not null,
  status text not null,
  reason text,
  chapters integer not null,
  at timestamptz not null,
  primary key (cell, lead_id)
) partition by range (lead_id);
-- What waits for a person: few, and found at once. A lead that never waits costs it nothing.
create index lead_waits on lead_status (cell, lead_id) where status in ('review', 'uncertain');

-- `json` keeps the bytes that the hash covers, and costs a third of `jsonb` to write.
create table chapter (
  cell integer not null,
  lead_id uuid not null,
  n integer not null,
  lane integer not null,
  place integer not null,
  seq bigint not null,
  at timestamptz not null,
  events json not null,
  sealed bytea,
  salt bytea not null,
  prev_hash bytea not null,
  hash bytea not null,
  primary key (cell, lead_id, n)
) partition by range (lead_id);
create index chapter_at on chapter using brin (at); -- as with transfers: for what a dead lane wrote last

-- What was said to buyers about a lead and what they answered, sealed. Emptied a week at a time, when its days are over.
create table traffic (
  cell integer not null,
  lead_id uuid not null,
  n integer not null,
  sealed bytea not null,
  primary key (cell, lead_id, n)
) partition by range (lead_id);

-- Who looked at what is personal of a lead, or erased it, and why: written before it is done. `lead_id` is null where a
-- person was looked for and no lead was found.
create table look (
  cell integer not null,
  id uuid not null,
  lead_id uuid,
  at timestamptz not null,
  who text not null,
  what text not null check (what in ('fields', 'traffic', 'found', 'exported', 'erased')),
  reason text not null,
  primary key (cell, id)
);
create index look_of_lead on look (cell, lead_id);

-- What retention dropped of each lane: runs of chapters without a gap, from the hash that the first of them followed to
-- that of the last. The chain of a lane goes on from there; a gap that no row names is a fault.
create table chapter_anchor (
  cell integer not null,
  lane integer not null,
  seq bigint not null,
  place integer not null,
  prev_hash bytea not null,
  last_seq bigint not null,
  last_place integer not null,
  hash bytea not null,
  chapters bigint not null,
  dropped_at timestamptz not null default now(),
  primary key (cell, lane, seq, place)
);

-- Persons: by keyed hash only. A claim is the guard against duplicates, `person` finds every lead of a person -------

create table claim (
  hash bytea not null,
  scope text not null,
  cell integer not null,
  lead_id uuid not null,
  expires_at timestamptz not null,
  primary key (hash, scope)
);

-- Persons whom the house (`house`), or one buyer (`buyer:7`), does not take: by keyed hash, for ever or until an instant.
create table suppression (
  hash bytea not null,
  owner text not null,
  added_at timestamptz not null,
  expires_at timestamptz,
  primary key (hash, owner)
);
create index suppression_ends on suppression (expires_at) where expires_at is not null;

-- Whose lists are looked into at all.
create table suppression_list (owner text primary key, since timestamptz not null default now());

create table person (
  hash bytea not null,
  cell integer not null,
  lead_id uuid not null,
  primary key (hash, cell, lead_id)
);

-- What persons ask of the house: to be forgotten, to be told what is held of them, to be sold no more. `persons` are keyed
-- hashes of phone and e-mail, `reference` the sender's own id of the person or lead. `source`: by whose message it came,
-- null where somebody of the house wrote it down; `message`: a keyed hash by which the same message is known again.
-- `done_by` answered it, and `result` says how.
create table privacy_request (
  cell integer not null,
  id uuid not null,
  at timestamptz not null,
  source integer,
  kind text not null check (kind in ('deletion', 'access', 'stop')),
  persons bytea[] not null,
  reference text not null,
  message bytea not null,
  done_at timestamptz,
  done_by text not null default '',
  result text not null default '',
  primary key (cell, id)
);
create unique index privacy_request_once on privacy_request (cell, message);

create table idempotency (
  key_hash bytea not null,
  source integer not null,
  body_hash bytea not null,
  cell integer not null,
  lead_id uuid not null,
  expires_at timestamptz not null,
  primary key (key_hash, source)
);

-- Sales and quotes ---------------------------------------------------------------------------------------------------

create table sale (
  cell integer not null,
  id uuid not null,
  lead_id uuid not null,
  offer integer not null,
  buyer integer not null,
  source integer not null,
  status text not null check (status in ('posting', 'sold', 'rejected', 'uncertain', 'returned')),
  price_micros bigint not null,
  payout_micros bigint not null,
  at timestamptz not null,
  primary key (cell, id)
) with (fillfactor = 60);
create index sale_of_lead on sale (cell, lead_id);

-- What sellers were promised on their pings: written once. `until` is null if nobody bid enough. Events and seals as a
-- chapter and a lead have them; partitions are narrow, and dropped after a week.
create table quote (
  cell integer not null,
  id uuid not null,
  source integer not null,
  campaign integer not null,
  version bigint not null,
  test boolean not null,
  at timestamptz not null,
  until timestamptz,
  facts json not null,
  events json not null,
  sealed bytea not null,
  notes bytea,
  key_version integer not null,
  wrapped bytea not null,
  primary key (cell, id)
) partition by range (id);

-- Money and caps: one idea ---------------------------------------------------------------------------------------------

-- A limited account: a wallet or a cap. Room = ceiling - posted - held. Its id is the hash of its key. `carried` is the
-- part of `posted` that no hold explains: what a cap that looks back found when it was set.
create table account (
  cell integer not null,
  id uuid not null,
  owner text not null,
  unit text not null,
  window_name text not null,
  starts_at timestamptz not null,
  ends_at timestamptz,
  ceiling bigint,
  version bigint not null,
  posted bigint not null default 0,
  held bigint not null default 0,
  carried bigint not null default 0,
  primary key (cell, id),
  check (held >= 0)
) with (fillfactor = 50);
create index account_of_owner on account (owner, window_name, starts_at);

-- The ceiling of each standing limit in the newest version, written with it. An account is opened with this one: the
-- process that opens it may not know the newest version yet.
create table ceiling (
  owner text not null,
  unit text not null,
  window_name text not null,
  ceiling bigint not null,
  looks_back boolean not null default false,
  primary key (owner, unit, window_name)
);

-- What a sale holds, on which accounts: its price on those that count money, 1 on those that count leads. Written once;
-- open while its sale is posting or uncertain.
create table hold (
  cell integer not null,
  sale_id uuid not null,
  price_micros bigint not null,
  accounts uuid[] not null,
  money boolean[] not null,
  primary key (cell, sale_id)
);

create table transfer (
  cell integer not null,
  id uuid not null,
  sale_id uuid,
  kind text not null,
  debit text not null,
  credit text not null,
  unit text not null,
  amount bigint not null check (amount >= 0),
  undoes uuid,
  at timestamptz not null,
  primary key (cell, id)
);
create index transfer_of_sale on transfer (cell, sale_id) where sale_id is not null;
create index transfer_at on transfer using brin (at); -- transfers come in order of time: it costs next to nothing

-- What a deposit's transfer does not say: the payment's own name, and who noted it.
create table deposit (
  cell integer not null,
  transfer_id uuid not null,
  reference text not null,
  note text not null,
  by text not null,
  primary key (cell, transfer_id)
);

-- Counters by quarter-hour -----------------------------------------------------------------------------------------------

-- `offer` 0: the lead's own row. `dimension`: empty, `name=value`, or `name` for the values that are too many.
-- `lane` 0 holds what lanes that ended have counted.
create table tally (
  cell integer not null,
  lane integer not null,
  quarter timestamptz not null,
  clock text not null check (clock in ('arrival', 'sale')),
  source integer not null,
  offer integer not null,
  outcome text not null,
  reason text not null,
  dimension text not null,
  times bigint not null,
  price_micros bigint not null,
  payout_micros bigint not null,
  histogram bigint[] not null,
  primary key (cell, quarter, clock, source, offer, outcome, reason, dimension, lane)
) with (fillfactor = 70);

-- Up to which batch a lane is counted, and when that was. Made with the lane, deleted when its rows go to lane 0.
create table tally_mark (
  cell integer not null,
  lane integer not null,
  seq bigint not null,
  at timestamptz not null,
  primary key (cell, lane)
);

-- What a process added to the tallies in one go, for who looks on: a row of each lane about once a second, kept for minutes.
-- `at`: the second of the database's clock in which it was added. `seq`: up to which batch. Sums by source and by offer.
create table beat (
  cell integer not null,
  at timestamptz not null,
  lane integer not null,
  seq bigint not null,
  sources json not null,
  offers json not null,
  leads json not null,
  primary key (cell, at, lane, seq)
);

-- Tallies of hours that are over, rolled up by the day, and of leads by the hour, too, over all lanes. What reports read of
-- long times; always equal to the rows of `tally` in a span that no quarter of `tally_late` lies in.
create table tally_rolled (
  cell integer not null,
  grain text not null check (grain in ('day', 'hour')),
  starts timestamptz not null,
  clock text not null,
  source integer not null,
  offer integer not null,
  outcome text not null,
  reason text not null,
  dimension text not null,
  times bigint not null,
  price_micros bigint not null,
  payout_micros bigint not null,
  histogram bigint[] not null,
  primary key (cell, grain, starts, clock, source, offer, outcome, reason, dimension)
);

-- The days that are rolled up, as they are in a zone; today as far as its hours are over.
create table tally_span (
  cell integer not null,
  starts timestamptz not null,
  ends timestamptz not null,
  zone text not null,
  primary key (cell, starts)
);

-- Quarter-hours of the past to which something was added since: the days that they lie in are rolled up again.
create table tally_late (
  cell integer not null,
  quarter timestamptz not null,
  primary key (cell, quarter)
);

-- Why offers were not asked that live tallies know nothing of, over a sample of leads. `share` is in millionths: with so
-- many drawn, `times` leads stand for `times` * 1,000,000 / `share`. `offer` 0: how many leads were looked at.
create table skip_sample (
  cell integer not null,
  quarter timestamptz not null,
  source integer not null,
  offer integer not null,
  reason text not null,
  share integer not null check (share between 1 and 1000000),
  times bigint not null,
  primary key (cell, quarter, source, offer, reason, share)
);

-- How rules of health changed what offers get ------------------------------------------------------------------------------

-- `level` 0 is full; `share` in millionths. `n`: the number of the offer's last step.
create table control (
  offer integer primary key,
  level integer not null,
  share integer not null check (share between 0 and 1000000),
  pauses integer not null,
  since timestamptz not null,
  n integer not null
);

-- Every step with the figures behind it. `by`: `rules`, or who took it.
create table control_step (
  offer integer not null,
  n integer not null,
  at timestamptz not null,
  by text not null,
  why text not null check (why in ('worse', 'better', 'few', 'tried_again', 'reset')),
  stage text not null check (stage in ('full', 'lowered', 'paused', 'trying')),
  share integer not null,
  figures jsonb not null,
  primary key (offer, n)
);

-- Jobs: the lease is the retry --------------------------------------------------------------------------------------------

create table job (
  cell integer not null,
  id uuid not null,
  kind text not null,
  key text,
  payload jsonb not null,
  run_at timestamptz not null,
  attempt integer not null default 0,
  most_attempts integer not null default 10,
  state text not null default 'open' check (state in ('open', 'dead')),
  error text,
  primary key (cell, id)
) with (fillfactor = 70);
create unique index job_once on job (cell, key) where state = 'open' and key is not null;
create index job_due on job (cell, run_at) where state = 'open';

-- Notices to bidders, in batches: `body` is a JSON array of what became of bids. A batch is sent if its buyer has an
-- address, and stands in his list either way until it expires.
create table notice (
  cell integer not null,
  buyer integer not null,
  id uuid not null,
  body bytea not null,
  sent_at timestamptz,
  expires_at timestamptz not null,
  primary key (cell, buyer, id)
);
create index notice_end on notice (expires_at);
create index notice_to_send on notice (cell, buyer, id) where sent_at is null;

-- What was sold and comes to its buyer later: he fetches it by API in the order of `n`, which grows by one with each
-- commit, or finds it in a file, once it has a batch. All rows of a file have one shape. `parcel_number` is the last `n`.
create table parcel (
  cell integer not null,
  buyer integer not null,
  n bigint not null,
  offer integer not null,
  lead_id uuid not null,
  sale uuid not null,
  shape text not null default '',
  filed boolean not null,
  batch bigint,
  at timestamptz not null,
  expires_at timestamptz not null,
  primary key (cell, buyer, n)
);
create unique index parcel_of_sale on parcel (cell, sale);
create index parcel_to_file on parcel (cell, offer, n) where filed and batch is null;
create index parcel_of_batch on parcel (cell, offer, batch) where batch is not null;
create index parcel_end on parcel (expires_at);

create table parcel_number (
  cell integer not null,
  buyer integer not null,
  last bigint not null,
  primary key (cell, buyer)
);

-- Files of parcels, numbered for each offer: a file that was begun keeps its rows and its name until it is uploaded.
create table parcel_batch (
  cell integer not null,
  offer integer not null,
  number bigint not null,
  at timestamptz not null,
  sent_at timestamptz,
  primary key (cell, offer, number)
);
create index parcel_batch_open on parcel_batch (cell, offer) where sent_at is null;

-- Changes of the market that are played against leads that came: the last ones are kept. One runs at a time; whoever
-- runs it says so every few seconds in `beat_at`.
create table dry_run (
  id uuid primary key,
  state text not null check (state in ('queued', 'running', 'done', 'failed', 'stopped')),
  by text not null,
  at timestamptz not null,
  wish json not null,
  attempt integer not null default 0,
  beat_at timestamptz,
  done integer not null default 0,
  leads integer not null default 0,
  error text not null default '',
  result jsonb
);

-- Changes of the market with a time at which they are made. `base` is the version that they were based on, `version`
-- the one that they became.
create table planned_change (
  id uuid primary key,
  state text not null check (state in ('planned', 'made', 'failed', 'cancelled')),
  by text not null,
  note text not null,
  at timestamptz not null,
  starts_at timestamptz not null,
  base bigint not null,
  nouns json not null,
  version bigint,
  error text not null default ''
);

create table schedule (
  name text primary key,
  next_run_at timestamptz not null
);

-- How rows travel to a batch's statements: one array a table. Types of their own, so that a table may get a column
-- while an older process still writes: what a type means never changes, a new meaning is a new type.

create type claim_row as (hash bytea, scope text, lead_id uuid, expires_at timestamptz);
create type listed_row as (hash bytea, owner text);
create type request_row as (key_hash bytea, source integer, body_hash bytea, lead_id uuid, expires_at timestamptz);
create type lead_row as (id uuid, source integer, campaign integer, version bigint, test boolean,
                         arrived_at timestamptz, facts jsonb, sealed bytea, quote uuid);
create type quote_row as (id uuid, source integer, campaign integer, version bigint, test boolean, at timestamptz,
                          until timestamptz, facts json, events json, sealed bytea, notes bytea, key_version integer,
                          wrapped bytea);
create type lead_key_row as (lead_id uuid, key_version integer, wrapped bytea);
create type person_row as (hash bytea, lead_id uuid);
create type chapter_row as (lead_id uuid, n integer, place integer, events json, sealed bytea, salt bytea,
                            prev_hash bytea, hash bytea);
create type traffic_row as (lead_id uuid, n integer, sealed bytea);
create type sale_row as (id uuid, lead_id uuid, offer integer, buyer integer, source integer, price_micros bigint,
                         payout_micros bigint, terms integer);
create type terms_row as (accounts uuid[], money boolean[]);
create type move_row as (id uuid, status text, price_micros bigint, payout_micros bigint);
create type transfer_row as (id uuid, sale_id uuid, kind text, debit text, credit text, unit text, amount bigint);
create type status_row as (lead_id uuid, status text, reason text, chapters integer);
create type job_row as (id uuid, kind text, key text, payload jsonb, run_at timestamptz);
create type balance_row as (id uuid, posted bigint, held bigint, held_on boolean);

-- The second to which a beat belongs. Whoever adds one holds the gate from before he looks at the clock until his commit.
create function beat_second() returns timestamptz language plpgsql volatile as $$
begin
  perform pg_advisory_xact_lock_shared(8031453476508925957);
  return date_trunc('second', clock_timestamp());
end $$;

-- The time before which every beat is committed that ever will be: nobody who looked at the clock before is on his way.
create function beats_settled() returns timestamptz language plpgsql volatile set lock_timeout = '1s' as $$
begin
  perform pg_advisory_xact_lock(8031453476508925957);
  return clock_timestamp();
end $$;

-- Views for people who read SQL ----------------------------------------------------------------------------------------------

-- Offers and buyers that were paused or taken away after a version, and are so now. Volatile, so that it reads what is committed when it
-- is called, not when the statement began that calls it: a batch asks after it has waited for its locks.
-- Every batch asks: mostly nothing has changed since, and else few rows, found by index also before statistics exist.
create function halted_since(known bigint) returns table (kind text, number integer) language plpgsql volatile
  set enable_seqscan = off as $$
begin
  if not exists (select from version v where v.number > known) then
    return;
  end if;
  return query
  select n.kind, n.number from noun n
   where n.from_version > known and n.to_version is null and n.kind in ('offer', 'buyer')
     and n.body ->> 'paused' = 'true'
  union
  select n.kind, n.number from noun n
   where n.to_version > known and n.kind in ('offer', 'buyer')
     and not exists (select from noun m where m.kind = n.kind and m.number = n.number and m.to_version is null);
end $$;

-- Who changed which setting, from what to what. A noun that came has no `before`, one that went no `after`.
create view change as
  select v.number as version, v.at, v.by, coalesce(n.kind, b.kind) as kind, coalesce(n.number, b.number) as number,
         coalesce(n.slug, b.slug) as slug, b.body as before, n.body as after
    from noun n
    full join (select * from noun where to_version is not null) b
      on b.kind = n.kind and b.number = n.number and b.to_version = n.from_version
    join version v on v.number = coalesce(n.from_version, b.to_version);

create view event as
  select c.cell, c.lead_id, c.n, e.place, c.at, e.body ->> 'type' as type, e.body
    from chapter c, json_array_elements(c.events) with ordinality as e (body, place);

create view bid as
  select e.cell, e.lead_id, e.n, e.at, (b.body ->> 'offer')::integer as offer, b.body ->> 'outcome' as outcome,
         (b.body ->> 'price_micros')::bigint as price_micros, (b.body ->> 'ms')::integer as ms
    from event e, json_array_elements(e.body -> 'bids') as b (body)
   where e.type = 'pinged';

-- What reports read --------------------------------------------------------------------------------------------------------

-- Reports of sellers and buyers run under a role that may read the views of their side alone. Whose report it is stands
-- in two settings of its transaction, `outbid.reader` (seller, source or buyer) and `outbid.reader_number`: without them
-- the views are empty. All sides have the same columns; what is not told there is 0, empty or null.

-- Nouns as they are, or last were: tallies name sources and offers by numbers, which belong to one slug for ever.
create view house_source as
  select distinct on (n.number) n.number, n.slug, n.body ->> 'campaign' as campaign, n.body ->> 'seller' as seller,
         coalesce((select c.body ->> 'currency' from noun c where c.kind = 'campaign' and c.slug = n.body ->> 'campaign'
                    order by c.from_version desc limit 1), 'USD') as currency
    from noun n where n.kind = 'source' order by n.number, n.from_version desc;

create view house_offer as
  select distinct on (n.number) n.number, n.slug, n.body ->> 'campaign' as campaign, n.body ->> 'buyer' as buyer,
         coalesce((select c.body ->> 'currency' from noun c where c.kind = 'campaign' and c.slug = n.body ->> 'campaign'
                    order by c.from_version desc limit 1), 'USD') as currency
    from noun n where n.kind = 'offer' order by n.number, n.from_version desc;

-- `since`: before that somebody else had the source, or the offer, and what was then is not this reader's.
create view seller_source with (security_barrier) as
  select s.number, s.slug, s.campaign, s.currency,
         coalesce((select max(v.at) from noun o join version v on v.number = o.to_version
                    where o.kind = 'source' and o.number = s.number and o.body ->> 'seller' <> s.seller),
                  '-infinity') as since
    from house_source s
   where current_setting('outbid.reader', true) = 'source'
     and s.number = nullif(current_setting('outbid.reader_number', true), '')::integer
      or current_setting('outbid.reader', true) = 'seller'
     and s.seller = (select p.slug from noun p where p.kind = 'seller'
                        and p.number = nullif(current_setting('outbid.reader_number', true), '')::integer limit 1);

create view buyer_offer with (security_barrier) as
  select s.number, s.slug, s.campaign, s.currency,
         coalesce((select max(v.at) from noun o join version v on v.number = o.to_version
                    where o.kind = 'offer' and o.number = s.number and o.body ->> 'buyer' <> s.buyer),
                  '-infinity') as since
    from house_offer s
   where current_setting('outbid.reader', true) = 'buyer'
     and s.buyer = (select p.slug from noun p where p.kind = 'buyer'
                       and p.number = nullif(current_setting('outbid.reader_number', true), '')::integer limit 1);

create view house_tally as
  select cell, quarter, clock, source, offer, outcome, reason, dimension, times, price_micros, payout_micros, histogram
    from tally;

create view house_rolled as
  select cell, grain, starts, clock, source, offer, outcome, reason, dimension, times, price_micros, payout_micros, histogram
    from tally_rolled;

-- What came in, and what the seller got for it: nothing of offers, no price.
create view seller_tally with (security_barrier) as
  select t.cell, t.quarter, t.clock, t.source, t.offer, t.outcome,
         case when t.outcome in ('unsold', 'refused', 'answered') then t.reason else '' end as reason, t.dimension,
         t.times, null::bigint as price_micros, t.payout_micros, t.histogram
    from tally t
    join seller_source s on s.number = t.source and t.quarter >= s.since
   where t.offer = 0 and t.outcome in ('received', 'sold', 'unsold', 'refused', 'review', 'queued', 'answered');

create view seller_rolled with (security_barrier) as
  select t.cell, t.grain, t.starts, t.clock, t.source, t.offer, t.outcome,
         case when t.outcome in ('unsold', 'refused', 'answered') then t.reason else '' end as reason, t.dimension,
         t.times, null::bigint as price_micros, t.payout_micros, t.histogram
    from tally_rolled t
    join seller_source s on s.number = t.source and t.starts >= s.since
   where t.offer = 0 and t.outcome in ('received', 'sold', 'unsold', 'refused', 'review', 'queued', 'answered');

-- What he was asked and answered, bought and paid: nothing of sources, no payout. Reasons are those that bidders are told.
create view buyer_tally with (security_barrier) as
  select t.cell, t.quarter, t.clock, 0 as source, t.offer, t.outcome,
         case when t.outcome in ('pass', 'error', 'nonsense', 'late', 'unreachable', 'rejected', 'uncertain')
                or t.reason in ('below_floor', 'not_awaited', 'past_patience', 'nonsense', 'wrong_currency',
                                'other_bid_posted', 'too_many_bids', 'not_chosen', 'cap_reached', 'wallet_empty',
                                'paced', 'paused', 'buyer_has_it', 'bid_expired', 'settled')
              then t.reason else '' end as reason, ''::text as dimension,
         t.times, t.price_micros, null::bigint as payout_micros, t.histogram
    from tally t
    join buyer_offer o on o.number = t.offer and t.quarter >= o.since
   where t.offer > 0 and t.dimension = ''
     and t.outcome in ('skipped', 'bid', 'kept', 'direct', 'pass', 'error', 'nonsense', 'late', 'unreachable', 'full',
                       'posted', 'sold', 'rejected', 'uncertain');

create view buyer_rolled with (security_barrier) as
  select t.cell, t.grain, t.starts, t.clock, 0 as source, t.offer, t.outcome,
         case when t.outcome in ('pass', 'error', 'nonsense', 'late', 'unreachable', 'rejected', 'uncertain')
                or t.reason in ('below_floor', 'not_awaited', 'past_patience', 'nonsense', 'wrong_currency',
                                'other_bid_posted', 'too_many_bids', 'not_chosen', 'cap_reached', 'wallet_empty',
                                'paced', 'paused', 'buyer_has_it', 'bid_expired', 'settled')
              then t.reason else '' end as reason, ''::text as dimension,
         t.times, t.price_micros, null::bigint as payout_micros, t.histogram
    from tally_rolled t
    join buyer_offer o on o.number = t.offer and t.starts >= o.since
   where t.offer > 0 and t.dimension = ''
     and t.outcome in ('skipped', 'bid', 'kept', 'direct', 'pass', 'error', 'nonsense', 'late', 'unreachable', 'full',
                       'posted', 'sold', 'rejected', 'uncertain');

-- The days of which a reader may take what is rolled up: not one in which a source, or an offer, came to him.
create view house_span as
  select s.cell, s.starts, s.ends, s.zone from tally_span s
   where not exists (select from tally_late l where l.cell = s.cell and l.quarter >= s.starts and l.quarter < s.ends);

create view seller_span with (security_barrier) as
  select s.cell, s.starts, s.ends, s.zone from house_span s
   where not exists (select from seller_source o where o.since > s.starts and o.since < s.ends);

create view buyer_span with (security_barrier) as
  select s.cell, s.starts, s.ends, s.zone from house_span s
   where not exists (select from buyer_offer o where o.since > s.starts and o.since < s.ends);

create view house_skip as
  select cell, quarter, source, offer, reason, share, times from skip_sample;

-- What people keep of pages: a name for a page and its query. `owner` is who made it, as versions name him.
create table saved_view (
  id uuid primary key,
  owner text not null,
  page text not null,
  name text not null,
  query text not null,
  shared boolean not null,
  made_at timestamptz not null,
  unique (owner, page, name)
);

-- People of the house: they sign in with a password, and are known afterwards by a token in a cookie ----------------------

-- `hash` is argon2id with its costs and salt.
create table house_user (
  name text primary key,
  role text not null check (role in ('owner', 'operator', 'viewer')),
  hash text not null,
  created_at timestamptz not null default now()
);

-- `token_hash` is the SHA-256 of what stands in the cookie.
create table house_session (
  token_hash bytea primary key,
  user_name text not null references house_user on delete cascade,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index house_session_of_user on house_session (user_name);
create index house_session_end on house_session (expires_at);

-- What a person proves himself by beside the password. `totp`: codes of an app (RFC 6238), `sealed` is their secret, `used`
-- the last step of which a code was taken, absent until the first. `recovery`: a code that works once, `hash` its SHA-256.
-- Passkeys and single sign-on would be kinds of their own.
create table house_credential (
  user_name text not null references house_user on delete cascade,
  kind text not null check (kind in ('totp', 'recovery')),
  id text not null,
  key_version integer not null default 0,
  sealed bytea,
  hash bytea,
  used bigint,
  made_at timestamptz not null default now(),
  primary key (user_name, kind, id)
);

-- Links by which somebody becomes one of the house's people, or gives himself a new password: one for a name, good for one
-- use. `token_hash` is the SHA-256 of what the link holds. `role` is null for a new password; `forgets`: the codes go, too.
create table house_invitation (
  name text primary key,
  token_hash bytea not null unique,
  role text check (role in ('owner', 'operator', 'viewer')),
  forgets boolean not null,
  by text not null,
  made_at timestamptz not null,
  expires_at timestamptz not null
);

-- What people of the house set for all of it. There is one row, or none yet. `contact`: how sellers reach the house;
-- `codes_wanted`: whoever has no codes of an app may do nothing but set them up; `request_days`: within how many days the
-- law wants a person's request to be answered.
create table house_setting (
  one boolean primary key default true check (one),
  version integer not null,
  name text not null,
  zone text not null,
  contact text not null,
  codes_wanted boolean not null,
  request_days integer not null check (request_days between 1 and 365)
);

-- Links to a source's posting instructions that need no login. `token_hash` is the SHA-256 of what the link holds.
create table instruction_link (
  token_hash bytea primary key,
  id uuid not null unique,
  source integer not null,
  note text not null,
  by text not null,
  made_at timestamptz not null,
  expires_at timestamptz not null
);
create index instruction_link_of_source on instruction_link (source, id);
create index instruction_link_end on instruction_link (expires_at);

-- Files of leads that a source was given. Rows are sealed with the file's own key until they are sold; of those that
-- were, none is kept here but what became of it. All of it goes a week after.
create table upload (
  cell integer not null,
  id uuid not null,
  source integer not null,
  test boolean not null,
  by text not null,
  name text not null,
  at timestamptz not null,
  expires_at timestamptz not null,
  state text not null check (state in ('reading', 'selling', 'done', 'stopped')),
  header json not null,
  means json not null,
  pace integer not null,
  lines integer not null default 0,
  done integer not null default 0,
  bad integer not null default 0,
  key_version integer not null,
  wrapped bytea not null,
  primary key (cell, id)
);
create index upload_of_source on upload (cell, source, id);
create index upload_end on upload (expires_at);

create table upload_rows (
  cell integer not null,
  upload uuid not null,
  first_line integer not null,
  sold boolean not null default false,
  sealed bytea not null,
  primary key (cell, upload, first_line),
  foreign key (cell, upload) references upload on delete cascade
);

create table upload_line (
  cell integer not null,
  upload uuid not null,
  line integer not null,
  outcome text not null,
  lead_id uuid,
  note text not null default '',
  primary key (cell, upload, line),
  foreign key (cell, upload) references upload on delete cascade
);
