/*
title: Reasons
about: Why leads were refused or not sold.
of: leads
audience: [operator, seller]
groups: [reason, outcome, source, seller, campaign, day, hour, hour_of_day, weekday]
group: [outcome, reason]
sort: -leads
chart: {kind: bars, x: reason, ys: [leads]}
columns:
  - {name: leads, title: Leads, kind: count, sum: times}
*/
select starts, source, outcome, reason, times
  from tallies
 where outcome in ('refused', 'unsold')
