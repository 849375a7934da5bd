import { describe, expect, it } from 'vitest';
import { bidOf, isWhole } from './counting';

describe('what is counted', () => {
  it('waits for every rule to have a value', () => {
    expect(isWhole({ all: [{ fact: 'age', at_least: '25' }] })).toBe(true);
    expect(isWhole({ all: [{ fact: 'age', at_least: '' }] })).toBe(false);
    expect(isWhole({ any: [{ all: [{ fact: 'age', between: ['25', ''] }] }] })).toBe(false);
    expect(isWhole({ fact: 'zip', one_of: { within_miles: '25', of: '' } })).toBe(false);
    expect(isWhole({ fact: 'zip', one_of: [] })).toBe(false);
  });
  it('compares with a fixed price that is an amount', () => {
    expect(bidOf({ price: '24.10' })).toBe('24.10');
    expect(bidOf({ price: '24.' })).toBeUndefined();
    expect(bidOf({})).toBeUndefined();
  });
});
