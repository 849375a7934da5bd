import { describe, expect, it } from 'vitest';
import { nextOf } from './steps';

const step = (name: string, ids: string[] = []) => ({ step: name, done: ids.length > 0, noun: name, ids }) as never;

describe('the next step', () => {
  it('knows what was made before it', () => {
    const start = { done: false, steps: [step('campaign', ['auto']), step('source', ['web']), step('buyer', ['oak'])] };
    expect(nextOf('offer', start, ['acme']).href).toBe('/offers/new?campaign=auto&buyer=oak');
    expect(nextOf('test_lead', start, ['acme']).href).toBe('/sources/web');
  });
  it('of a source is its seller where there is none', () => {
    const start = { done: false, steps: [step('campaign', ['auto'])] };
    expect(nextOf('source', start, []).href).toBe('/sellers/new');
    expect(nextOf('source', start, ['acme']).href).toBe('/sources/new?campaign=auto&seller=acme');
  });
  it('leads nowhere while what it needs is missing', () => {
    const start = { done: false, steps: [step('campaign'), step('source'), step('buyer')] };
    expect(nextOf('offer', start, []).href).toBeUndefined();
    expect(nextOf('live', start, []).href).toBeUndefined();
  });
});
