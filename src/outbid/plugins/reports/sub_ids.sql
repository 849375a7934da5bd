/*
title: Sub-ids
about: What each value of a campaign's dimensions, such as a sub-id, brings.
reads: [by_value]
of: leads
by: [arrival, sale]
audience: [operator, seller]
groups: [value, source, seller, campaign, day, hour, hour_of_day, weekday]
group: [value]
sort: -payout
chart: {kind: bars, x: value, ys: [received, sold]}
columns:
  - {name: received, title: Received, kind: count}
  - {name: sold, title: Sold, kind: count}
  - {name: refused, title: Refused, kind: count}
  - {name: share_sold, title: Sold of received, kind: percent, sum: sold, per: received}
  - {name: payout, title: Payout, kind: money, sum: payout_micros}
  - {name: payout_of_received, title: Payout of one received, kind: money, sum: payout_micros, per: received}
  - {name: price, title: Price, kind: money, sum: price_micros, audience: [operator]}
*/
select starts, source, value, case when outcome = 'received' then times else 0 end as received,
       case when outcome = 'sold' then times else 0 end as sold,
       case when outcome = 'refused' then times else 0 end as refused,
       case when outcome = 'sold' then payout_micros else 0 end as payout_micros,
       case when outcome = 'sold' then price_micros else 0 end as price_micros
  from by_value
 where outcome in ('received', 'sold', 'refused')
