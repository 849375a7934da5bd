import { describe, expect, it } from 'vitest';
import { inWords } from './short';

const price = { pointer: '/price', before: '22.50', after: '24.00' };
const offer = { kind: 'offer', slug: 'lsm-tx', name: 'LSM TX', what: 'changed' as const, fields: [price], of: 1 };

describe('what a version changed, in words', () => {
  it('names the noun, the setting and both values', () => {
    expect(inWords({ nouns: [offer], of: 1 })).toBe('offer LSM TX: price 22.50 → 24.00');
  });
  it('counts the settings and the nouns that are not told', () => {
    const cap = { pointer: '/caps/0/leads', before: '', after: '10' };
    const nouns = [{ ...offer, fields: [price, cap], of: 4 }];
    expect(inWords({ nouns, of: 4 })).toBe(
      'offer LSM TX: price 22.50 → 24.00, caps 1 leads – → 10, and 2 more; and 3 more nouns',
    );
  });
  it('says what is new and what went', () => {
    const seller = { ...offer, kind: 'seller', name: 'One', fields: [], of: 0 };
    expect(
      inWords({
        nouns: [
          { ...seller, what: 'new' },
          { ...seller, what: 'gone' },
        ],
        of: 3,
      }),
    ).toBe('new seller One; seller One removed; and 1 more noun');
  });
});
