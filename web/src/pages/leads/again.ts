import type { Struct } from '@/api/client';
import type { LeadLog } from './story';

/** What arrived, under the campaign's names; what was empty is left out. */
export function fieldsAgain(held: Pick<Struct<'LeadFields'>, 'fields' | 'undeclared'>): Record<string, unknown> {
  const declared = held.fields.flatMap(({ name, raw }) => (raw === null || raw === undefined ? [] : [[name, raw]]));
  return { ...held.undeclared, ...Object.fromEntries(declared) };
}

/** What each offer bid at last; a fixed price is no bid. */
export function bidsOf(lead: Pick<LeadLog, 'bids'>): Record<string, string> {
  return Object.fromEntries(
    lead.bids.flatMap((bid) => (bid.price !== null && bid.outcome !== 'direct' ? [[bid.offer, bid.price]] : [])),
  );
}

type Changed = Struct<'NounChanged'>;

/** Of what changed in the market, what this lead met: its offers and their buyers, its campaign and its source. */
export function metBy(lead: Pick<LeadLog, 'receipts' | 'campaign' | 'source'>, changes: Changed[]): Changed[] {
  const met = new Set([
    ...lead.receipts.flatMap(({ offer, buyer }) => [`offer ${offer}`, `buyer ${buyer}`]),
    `campaign ${lead.campaign}`,
    `source ${lead.source}`,
  ]);
  return changes.filter(({ kind, slug }) => met.has(`${kind} ${slug}`));
}
