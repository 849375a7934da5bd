import { describe, expect, it } from 'vitest';
import { balanceOf, isEmpty, lasts, runsDry } from './runway';

const of = (room: string, runway_hours: number | null) => ({ room, runway_hours });

describe('a wallet', () => {
  it('holds what was paid in and not spent', () => {
    expect(['-1000.00', '250.50', '0.00', '0'].map(balanceOf)).toEqual(['1000.00', '-250.50', '0.00', '0']);
  });
  it('is empty, and does not last 0 hours', () => {
    for (const room of ['0', '0.00', '-3.20']) expect(lasts(of(room, 0))).toBe('empty');
    expect(isEmpty(of('0.01', null))).toBe(false);
    expect(runsDry(of('0.00', null))).toBe(true);
  });
  it('lasts as long as its money does at the pace of the last day', () => {
    expect(lasts(of('3.00', 0))).toBe('less than an hour');
    expect([lasts(of('9', 1.2)), lasts(of('9', 9)), lasts(of('9', 71)), lasts(of('9', 288))]).toEqual([
      '1 hour',
      '9 hours',
      '71 hours',
      '12 days',
    ]);
    expect(lasts(of('9', null))).toBe('');
    expect([runsDry(of('9', 23.9)), runsDry(of('9', 24)), runsDry(of('9', null))]).toEqual([true, false, false]);
  });
});
