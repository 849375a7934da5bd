import { describe, expect, it } from 'vitest';
import { differences } from './differences';

describe('differences', () => {
  it('are told leaf by leaf, by where they stand', () => {
    const before = { name: 'A', caps: [{ leads: 5 }], filter: { all: [] } };
    const after = { name: 'B', caps: [{ leads: 5 }, { leads: 7 }], filter: { all: [] } };
    expect(differences(before, after)).toEqual([
      { where: '/name', before: 'A', after: 'B' },
      { where: '/caps/1', before: '–', after: '{"leads":7}' },
    ]);
  });
  it('are none between equals, and the whole where the kind changed', () => {
    expect(differences({ a: [1] }, { a: [1] })).toEqual([]);
    expect(differences({ a: [1] }, { a: { b: 1 } })).toEqual([{ where: '/a', before: '[1]', after: '{"b":1}' }]);
  });
});
