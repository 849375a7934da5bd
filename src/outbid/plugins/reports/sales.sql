/*
title: Sales
about: What was sold, for how much, and what is left of it.
of: offers
by: [arrival, sale]
audience: [operator, buyer]
groups: [buyer, offer, source, seller, campaign, day, hour, hour_of_day, weekday]
group: [buyer]
sort: -price
chart: {kind: bars, ys: [price, payout]}
columns:
  - {name: sold, title: Sold, kind: count}
  - {name: price, title: Price, kind: money, sum: price_micros}
  - {name: mean_price, title: Price of one, kind: money, sum: price_micros, per: sold}
  - {name: payout, title: Payout, kind: money, sum: payout_micros, audience: [operator]}
  - {name: margin, title: Margin, kind: money, sum: margin_micros, audience: [operator]}
  - {name: margin_rate, title: Margin of price, kind: percent, sum: margin_micros, per: price_micros, audience: [operator]}
*/
select starts, source, offer, times as sold, price_micros, payout_micros, price_micros - payout_micros as margin_micros
  from tallies
 where outcome = 'sold'
