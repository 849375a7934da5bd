/*
title: Funnel
about: How far leads come with each buyer, from those that were his to be had to those that he bought.
of: offers
audience: [operator, buyer]
groups: [source, buyer, offer, campaign, seller, day, hour, hour_of_day, weekday]
group: [source, buyer]
sort: -sold
chart: {kind: bars, ys: [available, asked, bids, won, sold]}
columns:
  - {name: available, title: Available, kind: count, about: "passed all filters: asked, or kept out by a cap, a pause or the like"}
  - {name: asked, title: Asked, kind: count, about: "pinged, at a fixed price, or with a bid that still stood"}
  - {name: bids, title: Bids, kind: count, about: "answers with a price, also a price that could not win"}
  - {name: won, title: Won, kind: count, about: "was to be posted to him"}
  - {name: sold, title: Sold, kind: count}
  - {name: rejected, title: Rejected, kind: count}
  - {name: bid_rate, title: Bid rate, kind: percent, sum: bids, per: asked}
  - {name: win_rate, title: Win rate, kind: percent, sum: won, per: bids}
  - {name: share_sold, title: Sold of won, kind: percent, sum: sold, per: won}
  - {name: price, title: Price, kind: money, sum: price_micros, about: what he pays for what was sold}
  - {name: payout, title: Payout, kind: money, sum: payout_micros, audience: [operator]}
  - {name: margin, title: Margin, kind: money, sum: margin_micros, audience: [operator]}
*/
select starts, source, offer,
       case when outcome in ('skipped', 'bid', 'kept', 'direct', 'pass', 'error', 'nonsense', 'late', 'unreachable')
            then times else 0 end as available,
       case when outcome in ('bid', 'kept', 'direct', 'pass', 'error', 'nonsense', 'late', 'unreachable')
            then times else 0 end as asked,
       case when outcome in ('bid', 'kept', 'direct') then times else 0 end as bids,
       case when outcome in ('posted', 'full') then times else 0 end as won,
       case when outcome = 'sold' then times else 0 end as sold,
       case when outcome = 'rejected' then times else 0 end as rejected,
       case when outcome = 'sold' then price_micros else 0 end as price_micros,
       case when outcome = 'sold' then payout_micros else 0 end as payout_micros,
       case when outcome = 'sold' then price_micros - payout_micros else 0 end as margin_micros
  from tallies
 where outcome in ('skipped', 'bid', 'kept', 'direct', 'pass', 'error', 'nonsense', 'late', 'unreachable', 'full',
                   'posted', 'sold', 'rejected')
