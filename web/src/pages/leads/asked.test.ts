import { describe, expect, it } from 'vitest';
import { which } from './asked';

const NOW = new Date('2026-11-24T09:00:00Z');

describe('what the address says', () => {
  it('is asked of the API, relative ranges from now', () => {
    expect(which({ status: 'sold', from: '-5m', sort: 'at' }, NOW)).toEqual({
      status: 'sold',
      since: '2026-11-24T08:55:00.000Z',
    });
    expect(which({ from: '2026-11-24T08:00:00.000Z', to: '2026-11-24T08:01:00.000Z', test: 'yes' }, NOW)).toEqual({
      since: '2026-11-24T08:00:00.000Z',
      until: '2026-11-24T08:01:00.000Z',
      test: true,
    });
  });
  it('is an id with its mark or without, and is left out where it cannot be meant', () => {
    expect(which({ q: 'LD_000038hc3hjgqutmi6nn4cgj80sm8' }).id_end).toBe('000038hc3hjgqutmi6nn4cgj80sm8');
    expect(which({ from: 'soon', to: 'later', q: 'x', status: '' }, NOW)).toEqual({});
  });
});
