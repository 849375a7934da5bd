/*
title: Lead types by bidder
about: For which kinds of leads, by the dimensions of their campaigns, who bids most and buys most.
reads: [by_value]
of: offers
groups: [value, buyer, offer, campaign, source, seller, day, hour, hour_of_day, weekday]
group: [value, buyer]
sort: -winning_bid
chart: {kind: bars, x: value, ys: [winning_bid]}
columns:
  - {name: posted, title: Posted, kind: count}
  - {name: winning_bid, title: Mean bid that won, kind: money, sum: posted_micros, per: posted}
  - {name: sold, title: Sold, kind: count}
  - {name: accepted_rate, title: Accepted of posted, kind: percent, sum: sold, per: posted}
  - {name: price, title: Price, kind: money, sum: sold_micros}
*/
select starts, source, offer, value, case when outcome = 'posted' then times else 0 end as posted,
       case when outcome = 'posted' then price_micros else 0 end as posted_micros,
       case when outcome = 'sold' then times else 0 end as sold,
       case when outcome = 'sold' then price_micros else 0 end as sold_micros
  from by_value
 where outcome in ('posted', 'sold')
