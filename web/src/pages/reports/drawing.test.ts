import { describe, expect, it } from 'vitest';
import type { Told } from './asked';
import { drawn, endsOf, placeOf } from './drawing';

const column = (name: string, kind: string, measure = true) => ({
  name,
  title: name,
  kind,
  about: '',
  measure,
  estimate: false,
});

function told(group: string, rows: (string | number | null)[][]): Told {
  return {
    since: '2026-11-01T00:00:00Z',
    until: '2026-11-11T00:00:00Z',
    zone: 'UTC',
    group_by: [group],
    columns: [column(group, 'text', false), column('sold', 'count'), column('asked', 'count'), column('ms', 'ms')],
    rows,
    totals: [[]],
  } as unknown as Told;
}

describe('bars', () => {
  it('of one unit have one scale', () => {
    const report = told('buyer', [
      ['a', 5, 10, 300],
      ['b', 0, null, 600],
    ]);
    const [, sold, asked, ms] = report.columns as [never, never, never, never];
    const { part, time, most } = drawn(report, [sold, asked, ms]);
    expect(time).toBe(false);
    expect(part(sold, report.rows[0] as never)).toBe(0.5);
    expect(part(asked, report.rows[1] as never)).toBe(0);
    expect(part(ms, report.rows[0] as never)).toBe(0.5);
    expect(most(ms)).toBe('600 ms');
  });

  it('stand where their time is', () => {
    expect(placeOf(told('hour_of_day', []), '12:00')).toEqual({ start: 0.5, width: 1 / 24 });
    expect(placeOf(told('weekday', []), 'Monday')).toEqual({ start: 0, width: 1 / 7 });
    expect(endsOf(told('weekday', []))).toEqual(['Monday', 'Sunday']);
  });
});
