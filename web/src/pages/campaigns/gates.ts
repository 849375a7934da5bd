import type { Struct } from '@/api/client';
import { checkOf, type Giver } from '@/kit/form/givers';
import type { Dict, Json } from '@/kit/form/schema';

type Tally = Struct<'TallyRow'>;

/** Leads that ended at a gate, or what happened there, by the code that says why. */
export interface Left {
  code: string;
  status: 'refused' | 'unsold' | '';
  times: number;
}

export interface Gate {
  key: string;
  title: string;
  /** What stands there: fields, checks, who is asked. */
  what: string;
  /** How many of what, in order. */
  counts: { word: string; times: number }[];
  left: Left[];
  /** The leads or figures that it leads to. */
  to: string;
  search: Record<string, string>;
}

const ASKED = ['bid', 'kept', 'direct', 'pass', 'error', 'nonsense', 'late', 'unreachable'];
const BIDS = ['bid', 'kept', 'direct'];
const WON = ['posted', 'full'];
const SPAN = '-24h';

interface Counted {
  leads: Tally[];
  offers: Tally[];
}

/** The way of a lead through a campaign, with what was counted at each gate. */
export function gates(
  campaign: Dict,
  offers: Dict[],
  counted: Counted,
  giver: (code: string) => Giver | undefined,
): Gate[] {
  const refused = lefts(counted.leads, 'refused');
  const gateOf = ({ code }: Left) => {
    const found = giver(code);
    if (found?.kind === 'fields') return 'fields';
    return checkOf(found) && names(campaign.checks, 'plugin').includes(found?.name ?? '') ? 'checks' : 'received';
  };
  const at = (gate: string) => refused.filter((left) => gateOf(left) === gate);
  const leads = { to: '/leads', search: { campaign: String(campaign.slug), from: SPAN } };
  const gate = (key: string, title: string, what: string): Gate => ({
    key,
    title,
    what,
    counts: [],
    left: at(key),
    ...leads,
  });
  const enrichers = rows(campaign.enrichers).map((one) => String(one.name || one.plugin));
  return [
    { ...gate('received', 'Received', ''), counts: [{ word: 'leads', times: sum(counted.leads, ['received']) }] },
    refusing(gate('fields', 'Fields', some(rows(campaign.fields).length, 'field'))),
    refusing(gate('checks', 'Checks', names(campaign.checks, 'plugin').join(', ') || 'none')),
    ...(enrichers.length
      ? [{ ...gate('enrichers', 'Enrichers', enrichers.join(', ')), left: enriched(counted.leads) }]
      : []),
    ...rows(campaign.tiers).map((tier, index) => tierGate(campaign, tier, index, offers, counted.offers)),
    {
      ...gate('end', 'End', ''),
      counts: [
        { word: 'sold', times: sum(counted.leads, ['sold']) },
        { word: 'unsold', times: sum(counted.leads, ['unsold']) },
      ],
      left: lefts(counted.leads, 'unsold'),
    },
  ];
}

/** A gate that refuses leads: how many, and the way to them. */
function refusing(gate: Gate): Gate {
  const times = gate.left.reduce((all, left) => all + left.times, 0);
  return { ...gate, counts: [{ word: 'refused', times }], search: { ...gate.search, status: 'refused' } };
}

function tierGate(campaign: Dict, tier: Dict, index: number, offers: Dict[], tallies: Tally[]): Gate {
  const first = String(rows(campaign.tiers)[0]?.slug);
  const mine = offers.filter((offer) => String(offer.tier || first) === tier.slug).map((offer) => String(offer.slug));
  const of = tallies.filter((row) => row.offer !== null && mine.includes(row.offer));
  const method = tier.method as Dict | undefined;
  return {
    key: `tier ${String(tier.slug)}`,
    title: `Tier ${index + 1}: ${String(tier.slug)}`,
    what: [some(mine.length, 'offer'), String(method?.plugin ?? '').replaceAll('_', ' ')].filter(Boolean).join(', '),
    counts: [
      { word: 'asked', times: sum(of, ASKED) },
      { word: 'bids', times: sum(of, BIDS) },
      { word: 'won', times: sum(of, WON) },
      { word: 'sold', times: sum(of, ['sold']) },
    ],
    left: [],
    to: '/reports/funnel',
    search: { campaign: String(campaign.slug), group_by: 'offer', from: SPAN },
  };
}

function lefts(tallies: Tally[], status: 'refused' | 'unsold'): Left[] {
  return tallies
    .filter((row) => row.outcome === status)
    .map((row) => ({ code: row.reason ?? '', status, times: row.times }))
    .sort((a, b) => b.times - a.times);
}

/** What came of the questions to enrichers: no lead ends there. */
function enriched(tallies: Tally[]): Left[] {
  return tallies
    .filter((row) => row.outcome === 'enriched')
    .map((row) => ({ code: row.reason ?? '', status: '' as const, times: row.times }))
    .sort((a, b) => b.times - a.times);
}

function sum(tallies: Tally[], outcomes: string[]): number {
  return tallies.filter((row) => outcomes.includes(row.outcome)).reduce((all, row) => all + row.times, 0);
}

function rows(value: Json | undefined): Dict[] {
  return (value ?? []) as Dict[];
}

function names(value: Json | undefined, key: string): string[] {
  return [...new Set(rows(value).map((row) => String(row[key])))];
}

function some(many: number, word: string): string {
  return `${many} ${word}${many === 1 ? '' : 's'}`;
}
