import { describe, expect, it } from 'vitest';
import { copyOf, slugged, suggested } from './slug';

describe('a slug', () => {
  it('is what the name suggests, in the letters that a slug may have', () => {
    expect(slugged('Bright Leads, Inc.')).toBe('bright-leads-inc');
    expect(slugged('  Café Über_2 ')).toBe('cafe-uber_2');
    expect(slugged('日本')).toBe('');
    expect(slugged(`${'a'.repeat(62)} b`)).toBe('a'.repeat(62));
  });
  it('goes along with the name until somebody writes another', () => {
    expect(suggested({}, { name: 'Acme' })).toEqual({ name: 'Acme', slug: 'acme' });
    expect(suggested({ name: 'Acme', slug: 'acme' }, { name: 'Acme A', slug: 'acme' }).slug).toBe('acme-a');
    expect(suggested({ name: 'Acme', slug: 'own' }, { name: 'Acme A', slug: 'own' }).slug).toBe('own');
    expect(suggested({ name: 'Acme', slug: 'acme' }, { name: 'Acme', slug: 'acm' }).slug).toBe('acm');
    expect(suggested({ name: 'A', slug: 'a' }, { slug: 'a' })).toEqual({});
  });
  it('of a copy is its own', () => {
    expect(copyOf({ slug: 'tx', price: '5' })).toEqual({ name: 'tx copy', slug: 'tx-copy', price: '5' });
    expect(copyOf({ slug: 'tx', name: 'Texas' })).toEqual({ name: 'Texas copy', slug: 'texas-copy' });
  });
});
