import { describe, expect, it } from 'vitest';
import type { Dict } from '@/kit/form/schema';
import { gates } from './gates';

const tally = (outcome: string, times: number, more = {}) =>
  ({ outcome, times, reason: '', offer: null, ...more }) as never;
const CAMPAIGN: Dict = {
  slug: 'auto',
  fields: [{ name: 'zip' }, { name: 'phone' }],
  checks: [{ plugin: 'required' }, { plugin: 'type' }, { plugin: 'rule' }, { plugin: 'rule' }],
  tiers: [{ slug: 'main', method: { plugin: 'highest_bid' } }, { slug: 'rest' }],
};
const OFFERS: Dict[] = [{ slug: 'a' }, { slug: 'b', tier: 'main' }, { slug: 'c', tier: 'rest' }];
const LEADS = [
  tally('received', 20),
  tally('sold', 9),
  tally('unsold', 2, { reason: 'no_bid' }),
  tally('refused', 3, { reason: 'required.missing' }),
  tally('refused', 5, { reason: 'phone.bad_area_code' }),
  tally('refused', 1, { reason: 'source_cap_reached' }),
];
const TALLIES = [
  tally('bid', 7, { offer: 'a' }),
  tally('late', 3, { offer: 'b' }),
  tally('posted', 6, { offer: 'a' }),
  tally('sold', 5, { offer: 'a' }),
  tally('direct', 4, { offer: 'c' }),
  tally('sold', 4, { offer: 'c' }),
];
const giver = (code: string) =>
  ({
    'required.missing': { kind: 'validators', name: 'required' },
    'phone.bad_area_code': { kind: 'fields', name: 'phone' },
  })[code];

describe('the route of a campaign', () => {
  const found = gates(CAMPAIGN, OFFERS, { leads: LEADS, offers: TALLIES }, giver);
  const at = (key: string) => found.find((gate) => gate.key === key);

  it('has its gates in order, those that are not there left out', () => {
    expect(found.map((gate) => gate.key)).toEqual(['received', 'fields', 'checks', 'tier main', 'tier rest', 'end']);
    expect(at('checks')?.what).toBe('required, type, rule');
  });

  it('says of each refusal at which gate it is', () => {
    expect(at('received')?.left.map((left) => left.code)).toEqual(['source_cap_reached']);
    expect(at('fields')?.left.map((left) => [left.code, left.times])).toEqual([['phone.bad_area_code', 5]]);
    expect(at('checks')?.left.map((left) => left.code)).toEqual(['required.missing']);
    expect(at('checks')?.counts).toEqual([{ word: 'refused', times: 3 }]);
    expect(at('checks')?.search).toEqual({ campaign: 'auto', from: '-24h', status: 'refused' });
    expect(at('end')?.left.map((left) => left.code)).toEqual(['no_bid']);
  });

  it('counts each offer in its tier', () => {
    expect(at('tier main')?.counts.map((one) => one.times)).toEqual([10, 7, 6, 5]);
    expect(at('tier rest')?.counts.map((one) => one.times)).toEqual([4, 4, 0, 4]);
    expect(at('end')?.counts.map((one) => one.times)).toEqual([9, 2]);
  });
});
