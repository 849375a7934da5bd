import { expect, test } from 'vitest';
import { byStep, type Mark, placeOf } from './marks';

const mark = (at: number): Mark => ({ key: String(at), at, title: `at ${at}`, href: '/changes/1' });

test('a mark stands where its time is', () => {
  expect(placeOf(mark(15), { from: 10, to: 20 })).toBe(0.5);
  expect(placeOf(mark(21), { from: 10, to: 20 })).toBeUndefined();
  expect(placeOf(mark(10), { from: 10, to: 10 })).toBeUndefined();
});

test('a mark is told in the row of its step', () => {
  const rows = byStep([10, 15, 20], [mark(9), mark(14.9), mark(15), mark(99)]);
  expect(rows.map((row) => row.map((one) => one.at))).toEqual([[14.9], [15], [99]]);
});
