import { describe, expect, it } from 'vitest';
import { type Foreseen, isBidder, lastTier, type Receipt, readLead, sampleOf, sorted, verdict, why } from './story';

const reason = (code: string) => `Sentence of ${code}.`;
const receipt = (offer: string, outcome: string, more = {}) =>
  ({ offer, buyer: offer, tier: 'main', outcome, reason: '', detail: '', price: null, ...more }) as unknown as Receipt;
const sold = {
  currency: 'USD',
  ending: {
    status: 'sold',
    reason: '',
    payout: '40.40',
    sales: [
      { offer: 'bee', buyer: 'Bee', price: '30.00', payout: '24.00' },
      { offer: 'ace', buyer: 'Ace', price: '20.50', payout: '16.40' },
    ],
  },
  tiers: [
    { tier: 'main', receipts: [receipt('elk', 'not_asked'), receipt('ace', 'sold', { price: '20.50' })] },
    { tier: 'rest', receipts: [receipt('fox', 'sold', { price: '4.00' })] },
  ],
} as unknown as Foreseen;

describe('what would become of a lead', () => {
  it('is a sentence', () => {
    expect(verdict(sold, reason)).toBe('Would be sold to Bee for $30.00 and Ace for $20.50. The seller gets $40.40.');
    const unsold = { ...sold, ending: { status: 'unsold', reason: 'no_bid', payout: '0', sales: [] } } as never;
    expect(verdict(unsold, reason)).toBe('Would not be sold. Sentence of no_bid.');
    expect(lastTier(unsold)).toBeNull();
  });

  it('ends in the tier that sells it', () => {
    expect(lastTier(sold)).toBe(0);
  });

  it('has each offer once, who is asked by price', () => {
    const tier = {
      receipts: [
        receipt('low', 'bid', { price: '5' }),
        receipt('out', 'skipped'),
        receipt('top', 'sold', { price: '10' }),
        receipt('none', 'pass'),
      ],
    } as never;
    const { asked, out } = sorted(tier);
    expect(asked.map((one) => one.offer)).toEqual(['top', 'low', 'none']);
    expect(out.map((one) => one.offer)).toEqual(['out']);
  });

  it('says why by the sentence of the reason, with what failed', () => {
    expect(why(receipt('a', 'not_asked', { reason: 'filtered', detail: 'state is TX' }), reason)).toBe(
      'Sentence of filtered. state is TX.',
    );
    expect(why(receipt('a', 'sold'), reason)).toMatch(/^Would be posted/);
  });
});

describe('a lead that is pasted', () => {
  it('is an object, or it is said what would be right', () => {
    expect(readLead('{"zip": "78701"}')).toEqual({ zip: '78701' });
    expect(() => readLead('{"zip"')).toThrow('This is no JSON');
    expect(() => readLead('[1]')).toThrow('A lead is a JSON object');
  });

  it('begins with the fields of the campaign', () => {
    const campaign = { fields: [{ name: 'zip' }, { name: 'state' }] };
    expect(sampleOf(campaign, { zip: '78701', token: 'x' })).toEqual({ zip: '78701' });
    expect([isBidder({}), isBidder({ price: '5' }), isBidder({ price: null, prices: [{}] })]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
