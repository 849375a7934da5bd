import { describe, expect, it } from 'vitest';
import { due } from './due';

const NOW = Date.parse('2026-03-10T12:00:00Z');

describe('what is due', () => {
  it('says how many days are left, and warns in the last week', () => {
    expect(due('2026-03-31T12:00:00Z', NOW)).toEqual({ text: '21 days left', tone: 'plain' });
    expect(due('2026-03-14T13:00:00Z', NOW)).toEqual({ text: '4 days left', tone: 'warn' });
    expect(due('2026-03-11T13:00:00Z', NOW)).toEqual({ text: '1 day left', tone: 'warn' });
    expect(due('2026-03-10T13:00:00Z', NOW)).toEqual({ text: 'due within a day', tone: 'warn' });
  });
  it('says how late it is', () => {
    expect(due('2026-03-10T11:00:00Z', NOW)).toEqual({ text: 'late since today', tone: 'bad' });
    expect(due('2026-03-08T11:00:00Z', NOW)).toEqual({ text: '2 days late', tone: 'bad' });
  });
});
