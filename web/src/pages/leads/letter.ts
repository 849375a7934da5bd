import { money } from '@/kit/words/format';
import { type LeadLog, lines, type Reasons } from './story';

/** What one buyer may be told of a lead: his own offers, bids and posts; nothing of the others, and no floor. */
export function letterTo(buyer: string, lead: LeadLog, reason: Reasons): string {
  const receipts = lead.receipts.filter((one) => one.buyer === buyer);
  const offers = new Set(receipts.map((one) => one.offer));
  const sales = new Set(lead.sales.filter((sale) => offers.has(sale.offer)).map((sale) => sale.id));
  const bids = lead.bids
    .filter((bid) => offers.has(bid.offer))
    .map((bid) =>
      bid.price === null
        ? `Offer ${bid.offer}: asked at ${bid.at}; ${reason(bid.reason || bid.outcome)}`
        : `Offer ${bid.offer}: asked at ${bid.at}; your bid ${money(bid.price, lead.currency)} after ${bid.ms} ms`,
    );
  const posts = lines(lead, reason)
    .filter(({ event }) => sales.has(String(event.what.sale)) && event.type !== 'posting' && event.type !== 'noroom')
    .map(({ event }) => `${event.at}  ${ending(event, reason)}`);
  const outcomes = receipts.map((one) => {
    const why = one.reason
      ? ` ${reason(one.reason)}${one.detail && one.reason === 'filtered' ? ` ${one.detail}` : ''}`
      : '';
    return `Offer ${one.offer}: ${one.outcome.replaceAll('_', ' ')}.${why}`;
  });
  return [`Lead ${lead.id}, ${lead.arrived_at}`, ...bids, ...posts, ...outcomes].join('\n');
}

function ending(event: LeadLog['timeline'][number], reason: Reasons): string {
  const why = typeof event.what.reason === 'string' && event.what.reason ? ` ${reason(event.what.reason)}` : '';
  switch (event.type) {
    case 'sold':
      return 'You accepted the post.';
    case 'rejected':
      return `You rejected the post.${why}`;
    case 'unsure':
      return `The post had no clear answer.${why}`;
    default:
      return `Settled: ${event.what.outcome}.`;
  }
}
