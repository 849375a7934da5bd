import { expect, test } from 'vitest';
import { changed } from './address';
import { lengthOf, pagesOf } from './range';

const page = (items: number, next: string | null = 'more') => ({ items: Array(items).fill(0), next, as_of: '' });

test('the pages of what is in sight and a little beside', () => {
  expect(pagesOf({ first: 0, last: 40 })).toEqual([0]);
  expect(pagesOf({ first: 110, last: 180 })).toEqual([0, 1, 2]);
  expect(pagesOf({ first: 50_050, last: 50_080 })).toEqual([500, 501]);
  expect(pagesOf({ first: 99_990, last: 100_000 })).toEqual([999]);
});

test('a list is as long as a page ends it, as was counted, or as was seen', () => {
  expect(lengthOf(new Map([[0, page(7, null)]]), 0, 100)).toBe(7);
  expect(lengthOf(new Map([[0, page(0, null)]]), 0, undefined)).toBe(0);
  expect(lengthOf(new Map([[0, page(100)]]), 0, 54_321)).toBe(54_321);
  expect(lengthOf(new Map([[0, page(100)]]), 0, undefined)).toBe(100);
  expect(lengthOf(new Map([[500, page(0, null)]]), 50_000, 40_000)).toBe(40_000);
  expect(lengthOf(new Map([[0, undefined]]), 50_000, undefined)).toBe(50_100);
});

test('another filter begins at the top, and moving changes no filter', () => {
  const before = { status: 'sold', row: '500', as_of: 'then' };
  expect(changed(before, { status: 'unsold' })).toEqual({ status: 'unsold' });
  expect(changed(before, { row: '900' })).toEqual({ status: 'sold', row: '900', as_of: 'then' });
});
