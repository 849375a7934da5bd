import { beforeEach, describe, expect, it, vi } from 'vitest';
import { type LeadLog, lines, phases, verdict } from './story';

const reason = (code: string) =>
  ({ buyer_duplicate: 'The buyer has this lead already.', no_bids: 'Nobody bid.' })[code] ?? code;

function lead(more: Partial<LeadLog>): LeadLog {
  return {
    id: 'ld_1',
    arrived_at: '2026-11-12T14:41:07Z',
    source: 'web',
    campaign: 'auto',
    version: 4,
    test: false,
    status: 'open',
    reason: '',
    currency: 'USD',
    erased: false,
    facts: {},
    sales: [],
    timeline: [],
    bids: [],
    transfers: [],
    receipts: [],
    ...more,
  };
}

const sale = {
  id: 'sl_1',
  offer: 'a',
  buyer: 'Halcyon',
  tier: 'main',
  price: '26.4',
  payout: '20',
  reached: true,
  asks: 0,
};

describe('the verdict', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: new Date('2026-11-12T15:00:00Z') });
    return () => vi.useRealTimers();
  });
  it('of a held lead names the rule and says until when it waits, and what then', () => {
    const until = Date.parse('2026-11-13T12:56:00Z');
    const moment = { at: '2026-11-12T14:41:07Z', after_ms: 0 };
    const held = lead({
      status: 'review',
      reason: 'no_bids',
      timeline: [
        { ...moment, type: 'inspected', what: { flaws: [{ code: 'no_bids', field: 'zip', note: 'rule: near' }] } },
        { ...moment, type: 'waiting', what: { what: 'reviewed', until_ms: until } },
      ],
    });
    expect(verdict(held, reason)).toBe(
      'Held for review. Nobody bid (rule: near, field zip). It waits for review until tomorrow 12:56, then it is refused.',
    );
    expect(lines(held, reason)[1]?.text).toBe('It waits for review until tomorrow 12:56, then it is refused');
  });
  it('names who bought, and who won before and did not', () => {
    const found = verdict(
      lead({
        status: 'sold',
        sales: [
          { ...sale, status: 'rejected', reason: 'buyer_duplicate' },
          { ...sale, id: 'sl_2', buyer: 'Northgate', price: '24.10', status: 'sold', reason: '' },
        ],
      }),
      reason,
    );
    expect(found).toBe(
      'Sold to Northgate for $24.10. Halcyon was chosen at $26.40 and rejected the post: the buyer has this lead already.',
    );
  });
  it('names several buyers of a shared lead', () => {
    const sold = { ...sale, status: 'sold' as const, reason: '' };
    const found = verdict(
      lead({ status: 'sold', sales: [sold, { ...sold, id: 'sl_2', buyer: 'Sable', price: '3' }] }),
      reason,
    );
    expect(found).toBe('Sold to Halcyon for $26.40 and Sable for $3.00.');
  });
  it('says what is uncertain, and why nobody bought', () => {
    expect(verdict(lead({ sales: [{ ...sale, status: 'uncertain', reason: '' }] }), reason)).toMatch(
      /^Uncertain: Halcyon/,
    );
    expect(verdict(lead({ status: 'unsold', reason: 'no_bids' }), reason)).toBe('Unsold. Nobody bid.');
    expect(verdict(lead({}), reason)).toBe('Still on its way.');
  });
});

describe('time', () => {
  const timeline = [
    { at: '', after_ms: 0, type: 'received', what: { source: 'web', campaign: 'auto', version: 4 } },
    { at: '', after_ms: 48, type: 'matched', what: { tier: 'main', offers: ['a'] } },
    { at: 'p', after_ms: 50, type: 'pinged', what: { tier: 'main', ms: 150 } },
    { at: '', after_ms: 200, type: 'posting', what: { sale: 'sl_1', offer: 'a', price: '26.4', payout: '20' } },
    { at: '', after_ms: 261, type: 'rejected', what: { sale: 'sl_1', reason: 'buyer_duplicate', ms: 61 } },
    { at: '', after_ms: 262, type: 'closed', what: { status: 'unsold' } },
  ];
  it('is split into what we did and what others did', () => {
    expect(phases(lead({ timeline }))).toEqual([
      { label: 'inspect', ms: 48, tone: 'ours' },
      { label: 'ping', ms: 150, tone: 'waiting' },
      { label: 'post', ms: 61, tone: 'bad' },
    ]);
  });
  it('stands beside each line', () => {
    const found = lines(
      lead({ timeline, sales: [{ ...sale, status: 'rejected', reason: 'buyer_duplicate' }] }),
      reason,
    );
    expect(found.map(({ ms }) => ms)).toEqual([48, 2, 150, 61, 61, null]);
    expect(found[4]).toMatchObject({ text: 'Halcyon rejected. The buyer has this lead already.', tone: 'bad' });
    expect(found[3]?.text).toContain('Post to a at $26.40');
  });
});
