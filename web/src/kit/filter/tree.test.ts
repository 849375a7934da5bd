import { describe, expect, it } from 'vitest';
import {
  asGroup,
  asSaved,
  type FactRow,
  factChoices,
  firstOf,
  listed,
  pasted,
  withFact,
  withMode,
  withOperator,
  withValue,
} from './tree';

const age: FactRow = { fact: 'age', kind: 'number', operators: ['equals', 'between', 'at_least', 'one_of'] };
const miles: FactRow = { fact: 'miles', kind: 'number', operators: ['equals', 'between', 'at_least'] };
const state: FactRow = { fact: 'state', kind: 'text', operators: ['equals', 'one_of'] };

describe('a new rule', () => {
  it('begins with a whole field in the campaign’s order, before parts and free words', () => {
    const row = (fact: string, type: string, kind: FactRow['kind'] = 'text'): FactRow => ({
      fact,
      type,
      kind,
      operators: ['equals'],
    });
    const facts = [row('email.domain', 'email'), row('page', 'url'), row('zip', 'zip'), row('state', 'state')];
    expect(firstOf(facts)?.fact).toBe('zip');
    const parts = [row('email.domain', 'email'), row('birth_date.age', 'date', 'number')];
    expect(firstOf(parts)?.fact).toBe('birth_date.age');
    expect(firstOf(parts.slice(0, 1))?.fact).toBe('email.domain');
    expect(firstOf([])).toBeUndefined();
  });
});

describe('facts to choose from', () => {
  it('are grouped by where they come from, in words', () => {
    const row = (fact: string, field?: string): FactRow => ({ fact, kind: 'text', operators: ['equals'], field });
    const found = factChoices([
      row('birth_date.age', 'birth_date'),
      row('zip', 'zip'),
      row('home_owner', 'home_owner'),
    ]);
    expect(found.map(({ group, items }) => [group, items.map(({ label }) => label)])).toEqual([
      ['Fields', ['zip', 'home owner']],
      ['Parts of a field', ['birth date: age']],
    ]);
    expect(factChoices([row('device')])).toEqual([
      { group: 'Added to the lead', items: [{ value: 'device', label: 'device' }] },
    ]);
  });
});

describe('a filter', () => {
  it('is a group while it is edited, and nothing where nothing stands in it', () => {
    expect(asGroup(null)).toEqual({ all: [] });
    expect(asGroup({ fact: 'age', equals: '3' })).toEqual({ all: [{ fact: 'age', equals: '3' }] });
    expect(asSaved({ all: [{ any: [] }, { none: [{ any: [] }] }] })).toBeNull();
    expect(asSaved({ all: [{ any: [] }, { fact: 'age', equals: '3' }] })).toEqual({
      all: [{ fact: 'age', equals: '3' }],
    });
  });
  it('keeps its parts when the mode changes', () => {
    expect(withMode({ all: [{ fact: 'age', equals: '3' }] }, 'none')).toEqual({ none: [{ fact: 'age', equals: '3' }] });
  });
  it('keeps what was typed as far as the operator takes it', () => {
    const between = withOperator({ fact: 'age', at_least: '25' }, age, 'between');
    expect(between).toEqual({ fact: 'age', between: ['25', ''] });
    expect(withOperator(between, age, 'one_of')).toEqual({ fact: 'age', one_of: ['25', ''] });
    expect(withOperator({ fact: 'age', one_of: ['25'] }, age, 'equals')).toEqual({ fact: 'age', equals: '25' });
  });
  it('keeps operator and value for a fact of the same kind, and begins anew for another', () => {
    expect(withFact({ fact: 'age', at_least: '25' }, miles, age)).toEqual({ fact: 'miles', at_least: '25' });
    expect(withFact({ fact: 'age', at_least: '25' }, state, age)).toEqual({ fact: 'state', equals: '' });
    expect(withValue({ fact: 'age', at_least: '25' }, '30')).toEqual({ fact: 'age', at_least: '30' });
  });
  it('takes pasted lists, each value once', () => {
    const zip: FactRow = { fact: 'zip', kind: 'text', operators: ['one_of'], places: true };
    expect(pasted('90210 90211\n90210, 10001', zip)).toEqual(['90210', '90211', '10001']);
    expect(pasted('New York, Los Angeles\nnew york', state)).toEqual(['New York', 'Los Angeles', 'new york']);
    expect(pasted('very good; bad', { ...state, options: ['very good', 'bad'] })).toEqual(['very good', 'bad']);
    expect(pasted('good bad', { ...state, options: ['good', 'bad'] })).toEqual(['good', 'bad']);
    expect(listed(['90210\r\n90211, 90210;\t10001\n', 'New York'])).toEqual(['90210', '90211', '10001', 'New York']);
  });
});
