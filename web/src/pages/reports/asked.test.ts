import { describe, expect, it } from 'vitest';
import { dividedBy, groupsOf, type Head, questionOf, rangeOf, sortOf, spanOf } from './asked';

const NOW = new Date('2026-11-30T03:05:00Z');
const ZONE = 'America/New_York';
const HEAD = {
  name: 'funnel',
  filters: ['source', 'buyer'],
  groups: ['source', 'buyer', 'day', 'hour'].map((name) => ({ name, title: name, kind: 'text' })),
  group_by: ['source', 'buyer'],
  sort: '-sold',
} as unknown as Head;

describe('the range', () => {
  it('is in days of the zone, of which the last one is today', () => {
    expect(spanOf({ from: 'today' }, ZONE, NOW)).toEqual({ from: '2026-11-29' });
    expect(spanOf({ from: '-7d' }, ZONE, NOW)).toEqual({ from: '2026-11-23' });
    expect(spanOf({}, ZONE, NOW)).toEqual({ from: '2026-10-30' });
  });

  it('begins and ends on quarter-hours where it is in hours', () => {
    expect(spanOf({ from: '-24h' }, ZONE, NOW)).toEqual({
      from: '2026-11-29T03:15:00.000Z',
      to: '2026-11-30T03:15:00.000Z',
    });
  });

  it('is what was typed where it is nobody else', () => {
    expect(rangeOf({ from: '2026-11-01' })).toBe('own');
    expect(spanOf({ from: '2026-11-01', to: '2026-11-02' }, ZONE, NOW)).toEqual({
      from: '2026-11-01',
      to: '2026-11-02',
    });
  });
});

describe('the question', () => {
  it('holds what the head knows, and nothing else of the address', () => {
    const address = { from: '2026-11-01', sort: '-sold', buyer: 'oak', offer: 'oak-auto', view: 'x' };
    expect(questionOf(HEAD, address, ZONE, NOW)).toEqual({ from: '2026-11-01', sort: '-sold', buyer: 'oak' });
  });

  it('is divided by the usual groups unless the address says others', () => {
    expect(groupsOf(HEAD, {})).toEqual(['source', 'buyer']);
    expect(groupsOf(HEAD, { group_by: 'none' })).toEqual([]);
    expect(groupsOf(HEAD, { group_by: 'day,buyer' })).toEqual(['day', 'buyer']);
  });

  it('is not divided by day and hour both, and drops an order that is gone', () => {
    expect(dividedBy(HEAD, {}, ['source', 'buyer'])).toEqual({ group_by: null });
    expect(dividedBy(HEAD, {}, [])).toEqual({ group_by: 'none' });
    expect(dividedBy(HEAD, { group_by: 'day' }, ['day', 'hour'])).toEqual({ group_by: 'hour' });
    expect(dividedBy(HEAD, { sort: 'source' }, ['buyer'])).toEqual({ group_by: 'buyer', sort: null });
  });

  it('is in the order of the head, or of time', () => {
    expect(sortOf(HEAD, {})).toBe('-sold');
    expect(sortOf(HEAD, { group_by: 'day' })).toBe('');
    expect(sortOf(HEAD, { group_by: 'day', sort: 'sold' })).toBe('sold');
  });
});
