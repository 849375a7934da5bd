/*
title: Win rate and price to win
about: How often bids win, what is bid, and at which price they win.
of: offers
audience: [operator, buyer]
groups: [offer, buyer, campaign, source, seller, day, hour, hour_of_day, weekday]
group: [offer]
sort: -bids
chart: {kind: bars, ys: [mean_bid, price_to_win]}
columns:
  - {name: bids, title: Bids, kind: count}
  - {name: below_floor, title: Below the floor, kind: count, about: bids that no seller would have taken}
  - {name: won, title: Won, kind: count}
  - {name: win_rate, title: Win rate, kind: percent, sum: won, per: bids}
  - {name: mean_bid, title: Mean bid, kind: money, sum: bid_micros, per: bids}
  - {name: price_to_win, title: Price to win, kind: money, sum: won_micros, per: held, about: the mean of the bids that won and were posted}
  - {name: paid, title: Paid for one, kind: money, sum: paid_micros, per: sold}
*/
select starts, source, offer, case when outcome in ('bid', 'kept', 'direct') then times else 0 end as bids,
       case when outcome in ('bid', 'kept', 'direct') then price_micros else 0 end as bid_micros,
       case when outcome in ('bid', 'kept') and reason = 'below_floor' then times else 0 end as below_floor,
       case when outcome in ('posted', 'full') then times else 0 end as won,
       case when outcome = 'posted' then times else 0 end as held,
       case when outcome = 'posted' then price_micros else 0 end as won_micros,
       case when outcome = 'sold' then times else 0 end as sold,
       case when outcome = 'sold' then price_micros else 0 end as paid_micros
  from tallies
 where outcome in ('bid', 'kept', 'direct', 'posted', 'full', 'sold')
