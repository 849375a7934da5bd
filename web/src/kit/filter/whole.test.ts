import { describe, expect, it } from 'vitest';
import type { FactRow } from './tree';
import { unwhole } from './whole';

const FACTS: FactRow[] = [
  { fact: 'age', kind: 'number', operators: ['at_least', 'between', 'present'] },
  { fact: 'zip', kind: 'text', operators: ['one_of'], places: true },
  { fact: 'came', kind: 'date', operators: ['before'] },
];
const of = (filter: Parameters<typeof unwhole>[0]) => unwhole(filter, FACTS).map(({ number, why }) => [number, why]);

describe('rules that are not whole', () => {
  it('are none where each has a value', () => {
    expect(of(null)).toEqual([]);
    expect(of({ all: [{ fact: 'age', at_least: '25' }, { any: [{ fact: 'zip', one_of: ['78701'] }] }] })).toEqual([]);
    expect(of({ all: [{ fact: 'age', present: 'yes' }] })).toEqual([]);
  });
  it('are called by their numbers where a value is missing', () => {
    const missing = 'has no value yet.';
    expect(of({ all: [{ fact: 'age', at_least: '' }] })).toEqual([['1', missing]]);
    expect(of({ any: [{ all: [{ fact: 'age', between: ['25', ''] }] }] })).toEqual([['1.1', missing]]);
    expect(
      of({
        all: [
          { fact: 'zip', one_of: { within_miles: '25', of: '' } },
          { fact: 'zip', one_of: [] },
        ],
      }),
    ).toEqual([
      ['1', missing],
      ['2', missing],
    ]);
  });
  it('say what is wrong with a value', () => {
    expect(of({ all: [{ fact: 'age', at_least: 'eighty' }] })).toEqual([['1', '“eighty” is not a number.']]);
    expect(of({ all: [{ fact: 'came', before: 'soon' }] })[0]?.[1]).toMatch(/not a date/);
    expect(of({ all: [{ fact: 'zip', one_of: { within_miles: 'far', of: '78701' } }] })).toEqual([
      ['1', '“far” is not a number.'],
    ]);
  });
});
