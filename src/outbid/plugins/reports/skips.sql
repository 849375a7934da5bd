/*
title: Why offers got no lead
about: Why offers were kept out before they were asked, live facts counted, version and facts by a sample of leads.
reads: [tallies, skips]
of: offers
groups: [reason, offer, buyer, campaign, source, seller, day, hour, hour_of_day, weekday]
group: [offer, reason]
sort: -estimate
chart: {kind: bars, x: reason, ys: [skipped, estimate]}
columns:
  - {name: skipped, title: Kept out, kind: count, about: "by a live fact, such as a full cap: each counted"}
  - {name: sampled, title: In the sample, kind: count, about: "not asked, by what version and facts decide: in the sample alone"}
  - {name: estimate, title: Not asked, kind: count, estimate: true, about: what the sample says of all leads}
*/
select starts, source, offer, reason, times as skipped, 0 as sampled, 0::float8 as estimate
  from tallies
 where outcome = 'skipped'
union all
select starts, source, offer, reason, 0, times, estimate
  from skips
