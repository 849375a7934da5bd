/*
title: Rejections
about: What buyers said when they did not take a lead that was posted to them.
of: offers
audience: [operator, buyer]
groups: [reason, offer, buyer, campaign, source, seller, day, hour, hour_of_day, weekday]
group: [offer, reason]
sort: -rejected
chart: {kind: bars, x: reason, ys: [rejected]}
columns:
  - {name: rejected, title: Rejected, kind: count, sum: times}
*/
select starts, source, offer, reason, times
  from tallies
 where outcome = 'rejected'
