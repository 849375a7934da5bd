import { describe, expect, it } from 'vitest';
import { leadsWord, toldTo } from './told';

const shown = (buyer: string, step: 'ping' | 'post' | 'enrich', enricher = '') => ({
  offer: buyer,
  buyer,
  enricher,
  step,
  at: '',
  fields: [],
  personal: [],
  possibly: false,
});

describe('who was told', () => {
  it('names each once, with what he got', () => {
    const leads = [
      { shown: [shown('acme', 'ping'), shown('acme', 'post'), shown('', 'enrich', 'checker')] },
      { shown: [shown('acme', 'ping')] },
    ];
    expect(toldTo(leads)).toBe('acme (2 pings, 1 post), checker (1 request)');
    expect(toldTo([{ shown: [] }])).toBe('');
  });
  it('counts leads', () => {
    expect([leadsWord(1), leadsWord(1200)]).toEqual(['1 lead', '1,200 leads']);
  });
});
