import { describe, expect, it } from 'vitest';
import { bidsOf, fieldsAgain, metBy } from './again';
import type { LeadLog } from './story';

describe('a lead that is run again', () => {
  it('has the fields that came, and those that nobody declared', () => {
    const field = { type: 'text', personal: true, value: null, fault: null };
    const held = {
      fields: [
        { ...field, name: 'zip', raw: '78701' },
        { ...field, name: 'state', raw: null },
        { ...field, name: 'amount', raw: 0 },
      ],
      undeclared: { street: '1 Main' },
    };
    expect(fieldsAgain(held)).toEqual({ street: '1 Main', zip: '78701', amount: 0 });
  });
  it('is bid for as at last, but not by fixed prices', () => {
    const bid = { listed: 0 };
    const bids = [
      { ...bid, offer: 'a', price: '8.00', outcome: 'bid' },
      { ...bid, offer: 'a', price: '9.00', outcome: 'bid' },
      { ...bid, offer: 'b', price: null, outcome: 'pass' },
      { ...bid, offer: 'c', price: '5.00', outcome: 'direct' },
    ];
    expect(bidsOf({ bids } as unknown as LeadLog)).toEqual({ a: '9.00' });
  });
  it('met some of the nouns that changed', () => {
    const lead = { receipts: [{ offer: 'o', buyer: 'b' }], campaign: 'auto', source: 'web' } as unknown as LeadLog;
    const change = (kind: string, slug: string) => ({ kind, slug, what: 'changed', fields: [] });
    const all = [change('offer', 'o'), change('offer', 'b'), change('buyer', 'b'), change('source', 'mail')];
    expect(metBy(lead, all)).toEqual([all[0], all[2]]);
  });
});
