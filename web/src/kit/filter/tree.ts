import type { Struct } from '@/api/client';
import type { Dict, Json } from '../form/schema';

export type FactRow = Struct<'FactRow'>;
export type Operator = FactRow['operators'][number];
export type Mode = 'all' | 'any' | 'none';

/** A filter as the API has it: groups of parts, and tests with one operator. */
export type Part = Dict;

export const MODES: { value: Mode; label: string }[] = [
  { value: 'all', label: 'All of' },
  { value: 'any', label: 'Any of' },
  { value: 'none', label: 'None of' },
];

const OPERATOR_WORDS: Record<Operator, string> = {
  equals: 'is',
  not_equals: 'is not',
  one_of: 'is one of',
  not_one_of: 'is none of',
  at_least: 'is at least',
  at_most: 'is at most',
  less_than: 'is less than',
  more_than: 'is more than',
  before: 'is before',
  after: 'is after',
  between: 'is between',
  contains: 'contains',
  not_contains: 'does not contain',
  starts_with: 'starts with',
  ends_with: 'ends with',
  matches: 'matches the pattern',
  present: 'is there',
};

/** A fact as people read it: "birth_date.age" is "birth date: age". */
export function factWord(fact: string): string {
  return fact.replaceAll('_', ' ').replaceAll('.', ': ');
}

/** What stands above the facts of a kind in a list of them. */
const FACT_GROUPS = ['Fields', 'Parts of a field', 'Added to the lead'] as const;

/** All facts by where they come from, as a list to choose from; groups without one are left out. */
export function factChoices(facts: FactRow[]): { group: string; items: { value: string; label: string }[] }[] {
  const groupOf = ({ fact, field }: FactRow) => FACT_GROUPS[!field ? 2 : fact === field ? 0 : 1];
  return FACT_GROUPS.map((group) => ({
    group,
    items: facts.filter((one) => groupOf(one) === group).map(({ fact }) => ({ value: fact, label: factWord(fact) })),
  })).filter(({ items }) => items.length > 0);
}

export function operatorWord(operator: Operator): string {
  return OPERATOR_WORDS[operator];
}

export function modeOf(part: Part): Mode | undefined {
  return MODES.map(({ value }) => value).find((mode) => mode in part);
}

export function partsOf(group: Part): Part[] {
  const mode = modeOf(group);
  return mode ? (group[mode] as Part[]) : [];
}

export function operatorOf(test: Part): Operator | undefined {
  return Object.keys(test).find((key) => key !== 'fact') as Operator | undefined;
}

/** What the editor works on: always a group at the root. A single test stands in an `all` of one. */
export function asGroup(filter: Part | null | undefined): Part {
  if (!filter) return { all: [] };
  return modeOf(filter) ? filter : { all: [filter] };
}

/** What is saved: none for an empty filter; groups without a part are left out. */
export function asSaved(part: Part): Part | null {
  const mode = modeOf(part);
  if (!mode) return part;
  const parts = partsOf(part).flatMap((one) => asSaved(one) ?? []);
  return parts.length ? { [mode]: parts } : null;
}

export function withMode(group: Part, mode: Mode): Part {
  return { [mode]: partsOf(group) };
}

export function withParts(group: Part, parts: Part[]): Part {
  return { [modeOf(group) ?? 'all']: parts };
}

/** A test of another fact: the operator stays where the fact knows it, the value where its kind is the same. */
export function withFact(test: Part, fact: FactRow, before: FactRow | undefined): Part {
  const operator = operatorOf(test);
  if (operator && before?.kind === fact.kind && fact.operators.includes(operator)) {
    return { fact: fact.fact, [operator]: test[operator] as Json };
  }
  return begun(fact, fact.operators[0] as Operator);
}

/** A test with another operator: what was typed is kept as far as the operator takes it. */
export function withOperator(test: Part, fact: FactRow, operator: Operator): Part {
  const before = operatorOf(test);
  const value = before ? (test[before] as Json) : '';
  return { fact: fact.fact, [operator]: brought(value, operator) };
}

export function withValue(test: Part, value: Json): Part {
  const operator = operatorOf(test);
  return operator ? { fact: test.fact as Json, [operator]: value } : test;
}

export function begun(fact: FactRow, operator: Operator): Part {
  return {
    fact: fact.fact,
    [operator]: fact.kind === 'boolean' && operator === 'equals' ? 'yes' : brought('', operator),
  };
}

/** Types whose values are as many as leads: nobody begins with them. */
const FREE = ['', 'text', 'url'];

/** What a new rule begins with: in the campaign's own order a whole field that people filter by, before parts of one. */
export function firstOf(facts: FactRow[]): FactRow | undefined {
  const whole = facts.find(({ fact, type = '' }) => !fact.includes('.') && !FREE.includes(type));
  return whole ?? facts.find(({ kind }) => kind !== 'text') ?? facts[0];
}

const LISTS: Operator[] = ['one_of', 'not_one_of'];

export function isList(operator: Operator): boolean {
  return LISTS.includes(operator);
}

function brought(value: Json, operator: Operator): Json {
  const first = Array.isArray(value) ? value[0] : typeof value === 'object' ? '' : value;
  const text = first === null || first === undefined ? '' : String(first);
  if (operator === 'present') return 'yes';
  if (operator === 'between') return Array.isArray(value) && value.length === 2 ? value : [text, ''];
  if (isList(operator)) return Array.isArray(value) ? value : text ? [text] : [];
  return text;
}

/** What parts a list of values that is typed or pasted: a column of a sheet has one a line. */
export const SPLIT = [',', ';', '\n', '\r', '\t'];

const BETWEEN = new RegExp(`[${SPLIT.join('')}]+`);

/** The values of a list, each once; one that was left while it still held several is parted. */
export function listed(values: string[]): string[] {
  const single = values.flatMap((one) => one.split(BETWEEN)).map((one) => one.trim());
  return [...new Set(single.filter(Boolean))];
}

/** The values of a text that was pasted; blanks part them too where no value of the fact can have one. */
export function pasted(text: string, fact: FactRow | undefined): string[] {
  const hasBlanks = fact?.options?.length
    ? fact.options.some((one) => /\s/.test(one))
    : fact?.kind === 'text' && !fact.places;
  return listed(hasBlanks ? [text] : text.split(/\s+/));
}
