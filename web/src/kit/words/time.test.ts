import { beforeEach, describe, expect, it } from 'vitest';
import { ago, clock, instantOf, moment, soon, speakZone, zoned, zoneName } from './time';

const NOW = new Date('2026-11-12T15:00:30Z');

beforeEach(() => speakZone('America/New_York'));

describe('instants', () => {
  it('are written in the zone of the house', () => {
    expect(clock('2026-11-12T14:41:07Z')).toBe('09:41:07');
    expect(clock('2026-11-12T14:41:07Z', 'America/Los_Angeles')).toBe('06:41:07');
    expect(zoneName('America/New_York')).toBe('New York');
  });
  it('say today and yesterday by the days of the zone', () => {
    expect(moment('2026-11-12T05:00:00Z', NOW)).toBe('today 00:00:00');
    expect(moment('2026-11-12T04:59:59Z', NOW)).toBe('yesterday 23:59:59');
    expect(moment('2026-11-01T04:59:59Z', NOW)).toBe('1 Nov 00:59:59');
  });
  it('to come say today and tomorrow by the days of the zone', () => {
    expect(soon('2026-11-13T04:59:59Z', NOW)).toBe('today 23:59');
    expect(soon('2026-11-13T17:56:00Z', NOW)).toBe('tomorrow 12:56');
    expect(soon('2026-11-14T17:56:00Z', NOW)).toBe('14 Nov 12:56');
    expect(zoned('2026-11-13T17:56:00Z', NOW)).toBe('tomorrow 12:56 (New York time)');
  });
  it('are told as how long ago', () => {
    expect(ago('2026-11-11T14:00:30Z', NOW.getTime())).toBe('1 day ago');
    expect(ago('2026-11-10T14:00:30Z', NOW.getTime())).toBe('2 days ago');
    expect(ago('2026-11-12T14:57:29Z', NOW.getTime())).toBe('3 min ago');
  });
});

describe('ranges', () => {
  it('that are relative start from now', () => {
    expect(instantOf('-5m', NOW)).toBe('2026-11-12T14:55:30.000Z');
    expect(instantOf('today', NOW)).toBe('2026-11-12T05:00:00.000Z');
    expect(instantOf('2026-11-01T00:00:00Z', NOW)).toBe('2026-11-01T00:00:00Z');
  });
});
