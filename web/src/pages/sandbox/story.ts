import type { Struct } from '@/api/client';
import type { Dict, Json } from '@/kit/form/schema';
import { money } from '@/kit/words/format';

export type Foreseen = Struct<'DryRunTold'>;
export type Tier = Struct<'TierForeseen'>;
export type Receipt = Struct<'Receipt'>;
type Reasons = (code: string) => string;

/** What would become of the lead, in a sentence. */
export function verdict({ ending, currency }: Foreseen, reason: Reasons): string {
  if (ending.status === 'sold') {
    const to = ending.sales.map((sale) => `${sale.buyer} for ${money(sale.price, currency)}`);
    return `Would be sold to ${listed(to)}. The seller gets ${money(ending.payout, currency)}.`;
  }
  const why = ending.reason ? ` ${reason(ending.reason)}` : '';
  return ending.status === 'refused' ? `Would be refused.${why}` : `Would not be sold.${why}`;
}

function listed(words: string[]): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** Who of a tier would be asked, and who is kept out of it. Each offer stands in one of the two, once. */
export function sorted({ receipts }: Tier): { asked: Receipt[]; out: Receipt[] } {
  const isOut = ({ outcome }: Receipt) => outcome === 'not_asked' || outcome === 'skipped';
  const asked = receipts.filter((receipt) => !isOut(receipt));
  asked.sort((a, b) => Number(b.price ?? -1) - Number(a.price ?? -1));
  return { asked, out: receipts.filter(isOut) };
}

/** Which tier ends the way of the lead: the one that sells it; null where none does. */
export function lastTier({ ending, tiers }: Foreseen): number | null {
  const sold = new Set(ending.sales.map((sale) => sale.offer));
  const found = tiers.findIndex((tier) => tier.receipts.some((one) => one.outcome === 'sold' && sold.has(one.offer)));
  return ending.status === 'sold' && found >= 0 ? found : null;
}

/** Why an offer came no further, with what its filter says of the lead. */
export function why(receipt: Receipt, reason: Reasons): string {
  const sentence = receipt.outcome === 'sold' ? 'Would be posted, and buys if it accepts.' : said(receipt, reason);
  return [sentence, receipt.detail && `${receipt.detail}.`].filter(Boolean).join(' ');
}

function said({ outcome, reason: code }: Receipt, reason: Reasons): string {
  if (code) return reason(code);
  return outcome === 'not_reached' ? 'Not reached: the lead ends before.' : 'Outbid.';
}

/** A lead that was pasted. Throws an error that says what would be right. */
export function readLead(text: string): Dict {
  let read: Json;
  try {
    read = JSON.parse(text) as Json;
  } catch (error) {
    throw new Error(`This is no JSON: ${error instanceof Error ? error.message : 'it cannot be read'}.`);
  }
  if (read === null || typeof read !== 'object' || Array.isArray(read)) {
    throw new Error('A lead is a JSON object of fields, such as {"zip": "78701"}.');
  }
  return read;
}

/** A sample in the campaign's own field names, which a dry run takes; what a source sends may be named otherwise. */
export function sampleOf(campaign: Dict | undefined, example: Dict): Dict {
  const names = ((campaign?.fields ?? []) as Dict[]).map((field) => String(field.name));
  return Object.fromEntries(names.flatMap((name) => (example[name] === undefined ? [] : [[name, example[name]]])));
}

/** An offer with a price of its own does not bid. */
export function isBidder(offer: Dict): boolean {
  const rules = (offer.prices ?? []) as Json[];
  return (offer.price === null || offer.price === undefined) && rules.length === 0;
}
