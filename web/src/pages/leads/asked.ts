import type { Address } from '@/kit/data/address';
import { idEnd, isIdEnd } from '@/kit/words/search';
import { instantOf } from '@/kit/words/time';

/** Ranges that a list offers; relative ones stay so in the address. */
export const RANGES: Record<string, string> = {
  '-5m': 'Last 5 minutes',
  '-15m': 'Last 15 minutes',
  '-1h': 'Last hour',
  today: 'Today',
  '-24h': 'Last 24 hours',
  '-7d': 'Last 7 days',
  '-30d': 'Last 30 days',
};

const RANGE = /^-\d+[mhd]$/;
/** Instants with their zone, as the API gives them. */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

export type Which = Record<string, string | boolean | undefined>;

/** What the address says, as `/v1/leads`, `/counts` and `/export` take it. What cannot be meant is left out. */
export function which(address: Address, now = new Date()): Which {
  const { status, source, campaign, buyer, offer, reason } = address;
  const found: Which = { status, source, campaign, buyer, offer, reason };
  const { from = '', to = '' } = address;
  if (RANGE.test(from) || from === 'today' || isInstant(from)) found.since = instantOf(from, now);
  if (isInstant(to)) found.until = to;
  if (address.test) found.test = true;
  if (isIdEnd(address.q)) found.id_end = idEnd(address.q);
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value));
}

function isInstant(text: string): boolean {
  return INSTANT.test(text) && !Number.isNaN(Date.parse(text));
}
