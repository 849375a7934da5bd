import { describe, expect, it } from 'vitest';
import { isDry } from './room';

describe('a wallet', () => {
  it('is dry with nothing left, or never paid into', () => {
    expect(isDry([], '0')).toBe(true);
    expect(isDry([{ window: 'wallet', room: '0.00' }], '9')).toBe(true);
    expect(isDry([{ window: 'day', room: '5' }], '0')).toBe(true);
  });
  it('is not with anything left in one of them', () => {
    expect(
      isDry(
        [
          { window: 'wallet', room: '0' },
          { window: 'wallet', room: '0.01' },
        ],
        '0',
      ),
    ).toBe(false);
    expect(isDry([], '20000')).toBe(false);
  });
});
