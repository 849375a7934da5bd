import { describe, expect, it } from 'vitest';
import { isDry } from './room';

describe('a wallet', () => {
  it('is dry with nothing left, or never paid into', () => {
    expect(isDry([])).toBe(true);
    expect(isDry([{ window: 'wallet', room: '0.00' }])).toBe(true);
    expect(isDry([{ window: 'day', room: '5' }])).toBe(true);
  });
  it('is not with anything left in one of them', () => {
    expect(
      isDry([
        { window: 'wallet', room: '0' },
        { window: 'wallet', room: '0.01' },
      ]),
    ).toBe(false);
  });
});
