import { describe, expect, it } from 'vitest';
import type { Told } from './asked';
import { linesOf } from './series';

const column = (name: string, kind: string, measure = true) => ({
  name,
  title: name,
  kind,
  about: '',
  measure,
  estimate: false,
});
const COLUMNS = [
  column('day', 'instant', false),
  column('sold', 'count'),
  column('price', 'money'),
  column('rate', 'percent'),
];

function told(group_by: string[], since: string, until: string, rows: (string | number | null)[][]): Told {
  return { since, until, zone: 'America/New_York', group_by, columns: COLUMNS, rows, totals: [[]] } as unknown as Told;
}

const LATER = Date.parse('2027-01-01T00:00:00Z') / 1000;
const ys = COLUMNS.slice(1) as never;
const DAYS = told(['day'], '2026-10-30T04:00:00Z', '2026-11-04T05:00:00Z', [
  ['2026-11-03T05:00:00Z', 4, '9.100001', 50],
  ['2026-10-31T04:00:00Z', 2, '7', null],
]);

describe('a report by days', () => {
  const found = linesOf(DAYS, ys, LATER);
  it('has a value for every day, also over the end of summer time', () => {
    const days = found?.times.map((time) => new Date(time * 1000).toISOString().slice(5, 13));
    expect(days).toEqual(['10-30T04', '10-31T04', '11-01T04', '11-02T04', '11-03T05']);
  });
  it('ends now, not with the day', () => {
    const now = Date.parse('2026-10-31T12:00:00Z') / 1000;
    const today = told(['day'], '2026-10-30T04:00:00Z', '2026-11-04T05:00:00Z', [['2026-10-31T04:00:00Z', 2, '7', 1]]);
    expect(linesOf(today, ys, now)?.charts[0]?.lines[0]?.values).toEqual([0, 2]);
  });
  it('is one chart for each unit, and none is made up', () => {
    expect(found?.charts.map(({ kind, lines }) => [kind, lines[0]?.values])).toEqual([
      ['count', [0, 2, 0, 0, 4]],
      ['money', [0, 7, 0, 0, 9.100001]],
      ['percent', [null, null, null, null, 50]],
    ]);
    expect(found?.charts[1]?.lines[0]?.texts?.[4]).toBe('$9.10');
  });
});

describe('other reports', () => {
  it('are no lines', () => {
    expect(linesOf({ ...DAYS, group_by: ['day', 'buyer'] } as Told, ys)).toBeUndefined();
    expect(linesOf({ ...DAYS, group_by: ['weekday'] } as Told, ys)).toBeUndefined();
    expect(linesOf({ ...DAYS, totals: [[], []] } as unknown as Told, ys)).toBeUndefined();
  });
  it('have three lines of a unit at most', () => {
    const many = ['a', 'b', 'c', 'd'].map((name) => column(name, 'count'));
    const report = { ...DAYS, columns: [COLUMNS[0], ...many] } as unknown as Told;
    expect(linesOf(report, many as never)?.charts[0]?.lines.map((line) => line.label)).toEqual(['a', 'b', 'c']);
  });
});
