import type { Struct } from '@/api/client';
import { counted, exactMoney, money } from '@/kit/words/format';
import { soon } from '@/kit/words/time';

export type LeadLog = Struct<'LeadLog'>;
export type Sale = Struct<'SaleTold'>;
export type Moment = Struct<'Moment'>;
export type Receipt = Struct<'Receipt'>;
export type Bid = Struct<'outbid.api.operator.leads.story.BidTold'>;

/** Sentence of a reason code. */
export type Reasons = (code: string) => string;

/** What became of a lead, in one or two sentences, from its events alone. */
export function verdict(lead: LeadLog, reason: Reasons): string {
  return [ending(lead, reason), ...before(lead, reason)].join(' ');
}

function ending(lead: LeadLog, reason: Reasons): string {
  const sold = lead.sales.filter((sale) => sale.status === 'sold');
  const doubtful = lead.sales.filter((sale) => sale.status === 'uncertain');
  if (sold.length) {
    const to = sold.map((sale) => `${sale.buyer} for ${money(sale.price, lead.currency)}`);
    const more = doubtful.length
      ? ` Another sale, to ${doubtful.map((sale) => sale.buyer).join(' and ')}, is uncertain.`
      : '';
    return `Sold to ${listed(to)}.${more}`;
  }
  if (doubtful.length) {
    return `Uncertain: ${listed(doubtful.map((sale) => sale.buyer))} got the lead and gave no clear answer.`;
  }
  const why = lead.reason ? ` ${withNote(reason(lead.reason), flawOf(lead))}` : '';
  switch (lead.status) {
    case 'refused':
      return `Refused.${why}`;
    case 'unsold':
      return `Unsold.${why}`;
    case 'review':
      return `Held for review.${why}${until(lead)}`;
    case 'queued':
      return `Waiting in a queue.${why}`;
    default:
      return 'Still on its way.';
  }
}

interface Flaw {
  code?: string;
  field?: string | null;
  note?: string;
}

/** What the check noted beside its reason, such as which rule it was: " (rule: adult, field birth_date)". */
function flawOf(lead: LeadLog): string {
  const flaws = lead.timeline.flatMap((event) => (event.what.flaws as Flaw[] | undefined) ?? []);
  const flaw = flaws.find((one) => one.code === lead.reason);
  const noted = [flaw?.note, flaw?.field && `field ${flaw.field}`].filter(Boolean);
  return noted.length ? ` (${noted.join(', ')})` : '';
}

function withNote(sentence: string, note: string): string {
  return note ? `${sentence.replace(/\.$/, '')}${note}.` : sentence;
}

/** Until when somebody may look at it, and what becomes of it then. */
function until(lead: LeadLog): string {
  const waits = lead.timeline.findLast((event) => event.type === 'waiting');
  const said = waits && waiting(waits.what);
  return said ? ` It ${said}.` : '';
}

function waiting(what: Moment['what']): string {
  const until = Number(what.until_ms) || 0;
  const end = until ? ` until ${soon(new Date(until).toISOString())}` : '';
  if (what.what === 'reviewed') return `waits for review${end}${until ? ', then it is refused' : ''}`;
  if (what.what === 'due') return `waits in a queue${end && `${end}, then it is tried again`}`;
  return `waits until it is known how an uncertain sale ended${end && `, ${end.trim()} at most`}`;
}

/** Who won before and did not buy. */
function before(lead: LeadLog, reason: Reasons): string[] {
  return lead.sales
    .filter((sale) => sale.status === 'rejected')
    .map(
      (sale) =>
        `${sale.buyer} was chosen at ${money(sale.price, lead.currency)} and rejected the post: ${lower(reason(sale.reason))}`,
    );
}

function lower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

export function listed(words: string[]): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

export interface Phase {
  label: string;
  ms: number;
  tone: 'ours' | 'waiting' | 'good' | 'bad';
}

/** Where the time went: a phase begins with an event and ends with the next that matters. */
export function phases(lead: LeadLog): Phase[] {
  const found: Phase[] = [];
  const events = lead.timeline;
  events.forEach((event, index) => {
    const next = events[index + 1];
    const span = Math.max(0, (next?.after_ms ?? event.after_ms) - event.after_ms);
    if (event.type === 'received') found.push({ label: 'inspect', ms: span, tone: 'ours' });
    else if (event.type === 'pinged') found.push({ label: 'ping', ms: span, tone: 'waiting' });
    else if (event.type === 'posting') found.push(post(event, events, span));
  });
  return found.filter((phase) => phase.ms > 0);
}

function post(event: Moment, events: Moment[], span: number): Phase {
  const end = events.find((one) => one.what.sale === event.what.sale && one.type !== 'posting');
  const ms = Number(end?.what.ms ?? span) || span;
  return { label: 'post', ms, tone: end?.type === 'sold' ? 'good' : 'bad' };
}

/** How long it took until the seller's answer could be given. */
export function took(lead: LeadLog): number | null {
  return lead.timeline.at(-1)?.after_ms ?? null;
}

export interface Line {
  event: Moment;
  text: string;
  tone: 'plain' | 'good' | 'bad' | 'warn';
  ms: number | null;
}

/** Each event as a line for people. */
export function lines(lead: LeadLog, reason: Reasons): Line[] {
  return lead.timeline.map((event, index) => {
    const next = lead.timeline[index + 1];
    const ms = typeof event.what.ms === 'number' ? event.what.ms : next ? next.after_ms - event.after_ms : null;
    return { event, ms, ...told(event, lead, reason) };
  });
}

type Told = Pick<Line, 'text' | 'tone'>;

function told(event: Moment, lead: LeadLog, reason: Reasons): Told {
  const { what } = event;
  const why = typeof what.reason === 'string' && what.reason ? ` ${reason(what.reason)}` : '';
  const sale = lead.sales.find((one) => one.id === what.sale);
  const at = (amount: unknown) => exactMoney(String(amount ?? ''), lead.currency);
  switch (event.type) {
    case 'received':
      return {
        text: `From source ${what.source} into campaign ${what.campaign}, market version ${what.version}`,
        tone: 'plain',
      };
    case 'inspected':
      return inspected(what, reason);
    case 'enriched':
      return {
        text: `${what.enricher}: ${what.outcome}${gave(what)}.${why}`,
        tone: what.outcome === 'answered' ? 'plain' : 'warn',
      };
    case 'matched':
      return {
        text: `Tier ${what.tier}: ${counted((what.offers as string[] | undefined)?.length ?? 0, 'offer')} may take part${skipped(what)}`,
        tone: 'plain',
      };
    case 'pinged':
      return { text: pinged(event, lead), tone: 'plain' };
    case 'posting':
      return {
        text: `Post to ${what.offer} at ${at(what.price)}; the seller is to get ${at(what.payout)}`,
        tone: 'plain',
      };
    case 'sold':
      return {
        text: `${sale?.buyer ?? 'The buyer'} accepted at ${at(what.price)}; the seller gets ${at(what.payout)}`,
        tone: 'good',
      };
    case 'rejected':
      return { text: `${sale?.buyer ?? 'The buyer'} rejected.${why}`, tone: 'bad' };
    case 'unsure':
      return { text: `${sale?.buyer ?? 'The buyer'} gave no clear answer.${why}`, tone: 'warn' };
    case 'noroom':
      return { text: `No room at ${what.offer}.${why}`, tone: 'warn' };
    case 'settled':
      return {
        text: `${what.by} says that ${sale?.buyer ?? 'the buyer'} ${what.outcome === 'sold' ? 'bought' : 'did not buy'}`,
        tone: what.outcome === 'sold' ? 'good' : 'bad',
      };
    case 'waiting':
      return { text: `It ${waiting(what)}`, tone: 'warn' };
    case 'reviewed':
      return { text: `${what.by} looked: ${what.outcome}`, tone: 'plain' };
    case 'closed':
      return { text: `Closed: ${what.status}.${why}`, tone: what.status === 'sold' ? 'good' : 'plain' };
    default:
      return { text: spoken(what), tone: 'plain' };
  }
}

function inspected(what: Moment['what'], reason: Reasons): Told {
  const flaws = (what.flaws as { code?: string }[] | undefined) ?? [];
  const stage = String(what.stage ?? '').replaceAll('_', ' ');
  if (what.refused) return { text: `At ${stage}: refused. ${reason(String(what.refused))}`, tone: 'bad' };
  if (what.held) return { text: `At ${stage}: held for review. ${reason(String(what.held))}`, tone: 'warn' };
  const found = flaws.length ? `, ${flaws.length} flagged` : '';
  return { text: `Checks at ${stage} passed${found}`, tone: 'plain' };
}

function gave(what: Moment['what']): string {
  const names = what.gave as string[] | undefined;
  return names?.length ? `, gave ${names.join(', ')}` : '';
}

function skipped(what: Moment['what']): string {
  const skips = (what.skips as unknown[] | undefined)?.length ?? 0;
  return skips ? `, ${skips} ${skips === 1 ? 'has no room or is' : 'have no room or are'} not open` : '';
}

function pinged(event: Moment, lead: LeadLog): string {
  const round = lead.bids.filter((bid) => bid.at === event.at);
  const of = (...outcomes: string[]) => round.filter((bid) => outcomes.includes(bid.outcome)).length;
  const below = round.filter((bid) => bid.reason === 'below_floor').length;
  const parts: [number, string][] = [
    [of('bid') - below, 'bid'],
    [below, 'below the floor'],
    [of('direct'), 'at a fixed price'],
    [of('pass'), 'no bid'],
    [of('late'), 'late'],
    [of('error', 'nonsense', 'unreachable'), 'without a usable answer'],
  ];
  const said = parts.filter(([many]) => many > 0).map(([many, word]) => `${many} ${word}`);
  return `${round.length} asked: ${listed(said)}`;
}

/** An event that has no sentence of its own: what it holds, in plain words. */
function spoken(what: Moment['what']): string {
  return Object.entries(what)
    .filter(([, value]) => value !== null && value !== '' && typeof value !== 'object')
    .map(([name, value]) => `${name.replaceAll('_', ' ')} ${value}`)
    .join(', ');
}

/** Bids of one round on a common scale, the highest first; the floor they had to pass. */
export function byPrice(bids: Bid[]): Bid[] {
  return bids.filter((bid) => bid.price !== null).sort((a, b) => Number(b.price) - Number(a.price));
}

export function floorOf(lead: LeadLog): string | null {
  return lead.receipts.find((receipt) => receipt.priced)?.priced?.floor ?? null;
}
