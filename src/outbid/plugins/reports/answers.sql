/*
title: Answers
about: How soon sellers have their answer.
of: leads
audience: [operator, seller]
groups: [source, seller, campaign, reason, day, hour, hour_of_day, weekday]
group: [source]
chart: {kind: bars, ys: [p50, p95]}
columns:
  - {name: answers, title: Answers, kind: count, sum: times}
  - {name: p50, title: Median, kind: ms, quantile: 50, about: half of the answers were not later}
  - {name: p95, title: 95th percentile, kind: ms, quantile: 95}
  - {name: p99, title: 99th percentile, kind: ms, quantile: 99}
*/
select starts, source, reason, times, histogram
  from tallies
 where outcome = 'answered'
