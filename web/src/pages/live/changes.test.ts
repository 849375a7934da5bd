import { expect, test } from 'vitest';
import { marksOf } from './changes';

const change = (version: number, slug: string, before: object | null = {}, after: object | null = {}) => ({
  version,
  at: `2026-11-24T09:00:0${version}Z`,
  by: 'ana',
  kind: 'offer',
  slug,
  before: before as { [key: string]: unknown } | null,
  after: after as { [key: string]: unknown } | null,
});

test('a version is one mark that says who did what', () => {
  const [second, first] = marksOf([change(2, 'a'), change(2, 'b', null), change(1, 'c', {}, null)]);
  expect(second?.title).toBe('Version 2 by ana: offer a changed, offer b new');
  expect(second?.href).toBe('/changes/2');
  expect(first?.title).toBe('Version 1 by ana: offer c removed');
  expect((second?.at ?? 0) - (first?.at ?? 0)).toBe(1);
});

test('of many nouns some are named', () => {
  const [mark] = marksOf(['a', 'b', 'c', 'd', 'e'].map((slug) => change(3, slug)));
  expect(mark?.title).toBe('Version 3 by ana: offer a changed, offer b changed, offer c changed and 2 more');
});
