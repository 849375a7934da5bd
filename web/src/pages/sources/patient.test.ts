import { describe, expect, it } from 'vitest';
import { patiently, type Refusable } from './patient';

const unknown = { status: 401, body: { code: 'key_unknown' } };
const sold = { status: 200, body: { outcome: 'sold' } };

function answers(...given: Refusable[]) {
  let asked = 0;
  const waited: number[] = [];
  return {
    send: async () => given[Math.min(asked++, given.length - 1)] as Refusable,
    wait: async (ms: number) => void waited.push(ms),
    waited,
  };
}

describe('a key that was made a moment ago', () => {
  it('is tried again until the exchange knows it', async () => {
    const { send, wait, waited } = answers(unknown, unknown, sold);
    expect(await patiently(send, wait)).toBe(sold);
    expect(waited).toHaveLength(2);
  });
  it('is given up in the end, with the refusal', async () => {
    const { send, wait, waited } = answers(unknown);
    expect(await patiently(send, wait)).toBe(unknown);
    expect(waited.reduce((all, ms) => all + ms, 0)).toBe(5_000);
  });
  it('is not waited for where the refusal is another', async () => {
    const closed = { status: 403, body: { code: 'source_closed' } };
    const { send, wait, waited } = answers(closed);
    expect(await patiently(send, wait)).toBe(closed);
    expect(waited).toEqual([]);
  });
});
