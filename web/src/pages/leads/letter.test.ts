import { describe, expect, it } from 'vitest';
import { letterTo } from './letter';
import type { LeadLog } from './story';

const bid = (offer: string, buyer: string, price: string | null) => ({
  offer,
  buyer,
  price,
  ms: 61,
  at: '2026-03-01T12:00:00Z',
  reason: price ? '' : 'late',
  outcome: price ? 'bid' : 'late',
});
const receipt = (offer: string, buyer: string, reason: string, detail = '') => ({
  offer,
  buyer,
  outcome: reason ? 'outbid' : 'sold',
  reason,
  detail,
});
const LEAD = {
  id: 'ld_1',
  arrived_at: '2026-03-01T12:00:00Z',
  currency: 'USD',
  bids: [bid('o1', 'northgate', '24.10'), bid('o2', 'halcyon', '26.40')],
  sales: [{ id: 'sl_1', offer: 'o1', buyer: 'northgate', price: '24.10' }],
  receipts: [receipt('o1', 'northgate', ''), receipt('o2', 'halcyon', 'below_floor', 'the floor is 30.00')],
  timeline: [
    { type: 'posting', at: '2026-03-01T12:00:01Z', after_ms: 201, what: { sale: 'sl_1', payout: '17.35' } },
    { type: 'sold', at: '2026-03-01T12:00:02Z', after_ms: 262, what: { sale: 'sl_1', payout: '17.35' } },
  ],
} as unknown as LeadLog;

describe('a letter to a buyer', () => {
  it('has his part of the story', () => {
    const text = letterTo('northgate', LEAD, (code) => `${code}.`);
    expect(text).toContain('your bid $24.10 after 61 ms');
    expect(text).toContain('You accepted the post.');
  });
  it('tells nothing of the others, of payouts and of floors', () => {
    const [own, other] = ['northgate', 'halcyon'].map((buyer) => letterTo(buyer, LEAD, (code) => `${code}.`));
    for (const word of ['halcyon', 'o2', '26.40', '17.35']) expect(own).not.toContain(word);
    for (const word of ['northgate', 'o1', '24.10', '17.35', '30.00']) expect(other).not.toContain(word);
    expect(other).toContain('below_floor.');
  });
});
