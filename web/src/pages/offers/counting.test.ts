import { describe, expect, it } from 'vitest';
import { bidOf } from './counting';

describe('what is counted', () => {
  it('compares with a fixed price that is an amount', () => {
    expect(bidOf({ price: '24.10' })).toBe('24.10');
    expect(bidOf({ price: '24.' })).toBeUndefined();
    expect(bidOf({})).toBeUndefined();
  });
});
