/*
title: Ping latency
about: How fast buyers answer pings, and how many answers come too late.
of: offers
audience: [operator, buyer]
groups: [offer, buyer, campaign, source, day, hour, hour_of_day, weekday]
group: [offer]
sort: -p95
chart: {kind: bars, ys: [p50, p95]}
columns:
  - {name: pings, title: Pings, kind: count}
  - {name: answers, title: Answers in time, kind: count}
  - {name: late, title: Late, kind: count}
  - {name: unreachable, title: Unreachable, kind: count}
  - {name: late_rate, title: Late of pings, kind: percent, sum: late, per: pings}
  - {name: p50, title: Median, kind: ms, quantile: 50, about: of the answers that came in time}
  - {name: p95, title: 95th percentile, kind: ms, quantile: 95}
  - {name: p99, title: 99th percentile, kind: ms, quantile: 99}
*/
select starts, source, offer, times as pings, histogram,
       case when outcome in ('bid', 'pass', 'error', 'nonsense') then times else 0 end as answers,
       case when outcome = 'late' then times else 0 end as late,
       case when outcome = 'unreachable' then times else 0 end as unreachable
  from tallies
 where outcome in ('bid', 'pass', 'error', 'nonsense', 'late', 'unreachable')
