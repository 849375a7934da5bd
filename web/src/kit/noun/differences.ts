import type { Json } from '../form/schema';

interface Difference {
  where: string;
  before: string;
  after: string;
}

/** What differs between two values, leaf by leaf, by JSON pointer. */
export function differences(before: Json | undefined, after: Json | undefined, where = ''): Difference[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (isNested(before) && isNested(after) && Array.isArray(before) === Array.isArray(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) =>
      differences((before as Record<string, Json>)[key], (after as Record<string, Json>)[key], `${where}/${key}`),
    );
  }
  return [{ where: where || '/', before: told(before), after: told(after) }];
}

function isNested(value: Json | undefined): value is { [key: string]: Json } | Json[] {
  return typeof value === 'object' && value !== null;
}

function told(value: Json | undefined): string {
  return value === undefined ? '–' : typeof value === 'string' ? value : JSON.stringify(value);
}
