import { wrongWith } from '../form/plain';
import { type Json, type Schema, under } from '../form/schema';
import { asGroup, type FactRow, modeOf, operatorOf, type Part, partsOf } from './tree';

export interface Unwhole {
  /** How the editor calls the rule: "2.1". */
  number: string;
  /** Where its value stands, from the filter on. */
  pointer: string;
  fact: string;
  why: string;
}

const NO_VALUE = 'has no value yet.';
const SCHEMAS: Partial<Record<FactRow['kind'], Schema>> = {
  number: { type: 'number' },
  date: { type: 'string', format: 'date' },
};

/** The rules that cannot be counted yet, by their numbers: without a value, or with one that their fact cannot have. */
export function unwhole(filter: Part | null | undefined, facts: FactRow[]): Unwhole[] {
  return within(asGroup(filter), facts, '', '');
}

function within(group: Part, facts: FactRow[], number: string, pointer: string): Unwhole[] {
  const mode = modeOf(group) ?? 'all';
  return partsOf(group).flatMap((part, index) => {
    const own = number ? `${number}.${index + 1}` : `${index + 1}`;
    const place = under(under(pointer, mode), index);
    if (modeOf(part)) return within(part, facts, own, place);
    const fact = facts.find((one) => one.fact === part.fact);
    const operator = operatorOf(part);
    const value = operator && part[operator];
    const why = isSaid(value) ? wrongValue(fact, value as Json) : NO_VALUE;
    return why ? [{ number: own, pointer: under(place, operator ?? 'fact'), fact: String(part.fact ?? ''), why }] : [];
  });
}

/** What is wrong with a value, or with the first wrong one of several. */
export function wrongValue(fact: FactRow | undefined, value: Json): string | undefined {
  const schema = fact && SCHEMAS[fact.kind];
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
    return 'within_miles' in value ? wrongWith({ type: 'number' }, value.within_miles) : undefined;
  }
  if (!schema || typeof value === 'boolean' || ['yes', 'no'].includes(String(value))) return undefined;
  for (const one of Array.isArray(value) ? value : [value]) {
    const why = wrongWith(schema, one);
    if (why) return why;
  }
  return undefined;
}

function isSaid(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === '') return false;
  if (Array.isArray(value)) return value.length > 0 && value.every(isSaid);
  return typeof value === 'object' ? Object.values(value).every(isSaid) : true;
}
