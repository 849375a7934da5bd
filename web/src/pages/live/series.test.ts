import { describe, expect, it } from 'vitest';
import type { Tick } from '@/kit/live/stream';
import { drawn, waiting } from './series';

const SERIES = {
  since: '2026-11-24T09:00:00.000Z',
  step_s: 1,
  received: [1, 2, 3],
  sold: [0, 1, 2],
  answer_p95: [100, null, 120],
};

function tick(second: number, more: Partial<Tick> = {}): Tick {
  return {
    at: `2026-11-24T09:00:0${second}.000Z`,
    received: second,
    sold: 0,
    unsold: 0,
    refused: 0,
    money: [],
    answer_p50: null,
    answer_p95: null,
    pings: 0,
    bids: 0,
    posts: 0,
    rejects: 0,
    lag_ms: 0,
    leads: [],
    ...more,
  };
}

describe('the chart', () => {
  it('goes on with the seconds that the summary has not', () => {
    const found = drawn(SERIES, [tick(1), tick(2), tick(3), tick(4)]);
    expect(found.received).toEqual([3, 3, 4]);
    expect(found.times.map((time) => time % 60)).toEqual([2, 3, 4]);
    expect(found.answer).toEqual([120, null, null]);
  });
  it('of steps longer than a second shows leads a second, and waits for the next summary', () => {
    const found = drawn({ ...SERIES, step_s: 5, received: [10, 20, 30] }, [tick(9)]);
    expect(found.received).toEqual([2, 4, 6]);
    expect(found.times.map((time) => time % 60)).toEqual([0, 5, 10]);
  });
});

describe('new leads', () => {
  // Told when they ended: each took 400 ms.
  const lead = (id: string, second: number) =>
    ({ id, at: `2026-11-24T09:00:0${second}.900Z`, ms: 400 }) as Tick['leads'][number];
  const newest = '2026-11-24T09:00:01.500Z';
  it('are those that came in after the newest that is shown', () => {
    const ticks = [
      tick(1, { sold: 2, leads: [lead('a', 0), lead('b', 1)] }),
      tick(2, { refused: 1, leads: [lead('c', 2)] }),
    ];
    expect(waiting(ticks, newest)).toBe(1);
  });
  it('are counted also beyond those that are told by name', () => {
    const ticks = [tick(1, { unsold: 50, leads: [lead('a', 1)] }), tick(2, { unsold: 30, leads: [lead('b', 2)] })];
    expect(waiting(ticks, newest)).toBe(30);
  });
});
