import type { Dict } from '@/kit/form/schema';

/** How a test lead may be asked to end, by the field `test_outcome` (docs/how_to/try_an_integration.md). */
export const OUTCOMES = [
  { value: 'accept', label: 'Sold' },
  { value: 'reject', label: 'All reject' },
  { value: 'no_bid', label: 'No bid' },
  { value: 'timeout', label: 'No answer' },
];

/** What a lead that somebody typed asks for; what is not JSON asks for nothing special. */
export function outcomeOf(text: string): string {
  const outcome = read(text)?.test_outcome;
  return OUTCOMES.some(({ value }) => value === outcome) ? String(outcome) : 'accept';
}

/** The same lead, asking for another end. What is not JSON stays as it was typed. */
export function asking(text: string, outcome: string): string {
  const lead = read(text);
  if (!lead) return text;
  const { test_outcome: _, ...rest } = lead;
  return JSON.stringify(outcome === 'accept' ? rest : { ...rest, test_outcome: outcome }, null, 2);
}

function read(text: string): Dict | null {
  try {
    const found: unknown = JSON.parse(text);
    return found && typeof found === 'object' && !Array.isArray(found) ? (found as Dict) : null;
  } catch {
    return null;
  }
}
