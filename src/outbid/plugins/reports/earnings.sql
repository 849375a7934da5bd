/*
title: Earnings
about: What leads brought their seller, by source and by time.
of: leads
by: [arrival, sale]
audience: [operator, seller]
groups: [source, seller, campaign, day, hour, hour_of_day, weekday]
group: [source]
sort: -payout
chart: {kind: bars, ys: [payout]}
columns:
  - {name: received, title: Received, kind: count, about: "nothing by the time of sale: what is not sold has none"}
  - {name: sold, title: Sold, kind: count}
  - {name: share_sold, title: Sold of received, kind: percent, sum: sold, per: received}
  - {name: payout, title: Payout, kind: money, sum: payout_micros}
  - {name: payout_of_sold, title: Payout of one sold, kind: money, sum: payout_micros, per: sold}
  - {name: payout_of_received, title: Payout of one received, kind: money, sum: payout_micros, per: received}
  - {name: price, title: Price, kind: money, sum: price_micros, audience: [operator]}
*/
select starts, source, case when outcome = 'received' then times else 0 end as received,
       case when outcome = 'sold' then times else 0 end as sold,
       case when outcome = 'sold' then payout_micros else 0 end as payout_micros,
       case when outcome = 'sold' then price_micros else 0 end as price_micros
  from tallies
 where outcome in ('received', 'sold')
