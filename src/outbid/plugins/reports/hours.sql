/*
title: Hours
about: At which hours leads come, and what becomes of them.
of: leads
audience: [operator, seller]
groups: [hour_of_day, weekday, hour, day, source, seller, campaign]
group: [hour_of_day]
chart: {kind: lines, ys: [received, sold]}
columns:
  - {name: received, title: Received, kind: count}
  - {name: sold, title: Sold, kind: count}
  - {name: refused, title: Refused, kind: count}
  - {name: unsold, title: Unsold, kind: count}
  - {name: share_sold, title: Sold of received, kind: percent, sum: sold, per: received}
  - {name: payout, title: Payout, kind: money, sum: payout_micros}
*/
select starts, source, case when outcome = 'received' then times else 0 end as received,
       case when outcome = 'sold' then times else 0 end as sold,
       case when outcome = 'refused' then times else 0 end as refused,
       case when outcome = 'unsold' then times else 0 end as unsold,
       case when outcome = 'sold' then payout_micros else 0 end as payout_micros
  from tallies
 where outcome in ('received', 'sold', 'refused', 'unsold')
