import { describe, expect, it } from 'vitest';
import { won } from './won';

const priced = {
  pricing: 'second' as const,
  bid: '26.4',
  ranks_as: '25',
  floor: '10',
  rival: 'oak-auto',
  rules: { floor: 'evening' },
};

describe('why an offer won', () => {
  it('says what it passed, what it named and what made the price', () => {
    expect(won({ priced }, 'USD', false)).toEqual([
      'Its filter, times, caps and wallet let the lead pass.',
      'It named $26.40, counted as $25.00, not below its floor of $10.00.',
      'The price is second price: just above the next bid (set by oak-auto).',
      'Rules that applied: floor by rule “evening”.',
    ]);
  });
  it('leaves out what did not apply', () => {
    const plain = { ...priced, pricing: 'agreed' as const, ranks_as: '26.4', floor: '0', rival: null, rules: {} };
    expect(won({ priced: plain }, 'USD', false).slice(1)).toEqual([
      'It named $26.40.',
      'The price is a fixed price, as agreed.',
    ]);
  });
  it('says nothing of caps and wallets for a test', () => {
    expect(won({ priced }, 'USD', true)[0]).toBe(
      'Its filter and times let the lead pass; caps and wallets have room for tests.',
    );
  });
  it('is silent where nothing made a price', () => {
    expect(won({ priced: null }, 'USD', false)).toEqual([]);
  });
});
