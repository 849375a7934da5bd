/*
title: Acceptance after the post
about: Of the leads that were posted, how many were accepted, and how many were not.
of: offers
audience: [operator, buyer]
groups: [offer, buyer, campaign, source, seller, day, hour, hour_of_day, weekday]
group: [offer]
sort: -posted
chart: {kind: bars, ys: [sold, rejected]}
columns:
  - {name: posted, title: Posted, kind: count}
  - {name: sold, title: Accepted, kind: count}
  - {name: rejected, title: Rejected, kind: count}
  - {name: uncertain, title: Uncertain, kind: count, about: without a clear answer to this day}
  - {name: accepted_rate, title: Accepted of posted, kind: percent, sum: sold, per: posted}
  - {name: rejected_rate, title: Rejected of posted, kind: percent, sum: rejected, per: posted}
*/
select starts, source, offer, case when outcome = 'posted' then times else 0 end as posted,
       case when outcome = 'sold' then times else 0 end as sold,
       case when outcome = 'rejected' then times else 0 end as rejected,
       case when outcome = 'uncertain' then times when outcome <> 'posted' and reason = 'settled' then -times else 0 end
         as uncertain
  from tallies
 where outcome in ('posted', 'sold', 'rejected', 'uncertain')
