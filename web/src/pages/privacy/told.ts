import type { Struct } from '@/api/client';
import { counted } from '@/kit/words/format';

type Lead = Pick<Struct<'HeldLead'>, 'shown'>;

/** Who was told something personal or not of these leads, each once: "acme (2 pings, 1 post), checker (1 request)". */
export function toldTo(leads: Lead[]): string {
  const found = new Map<string, Map<string, number>>();
  for (const { enricher, buyer, step } of leads.flatMap((lead) => lead.shown)) {
    const steps = found.get(enricher || buyer) ?? new Map<string, number>();
    steps.set(step, (steps.get(step) ?? 0) + 1);
    found.set(enricher || buyer, steps);
  }
  return [...found]
    .map(
      ([name, steps]) =>
        `${name} (${[...steps].map(([step, times]) => counted(times, WORDS[step] ?? step)).join(', ')})`,
    )
    .join(', ');
}

const WORDS: Record<string, string> = { enrich: 'request' };

export function leadsWord(leads: number): string {
  return counted(leads, 'lead');
}
