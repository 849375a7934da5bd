import { describe, expect, it } from 'vitest';
import { consoleName, leftBehind } from './keys';

describe('keys of the console', () => {
  it('that were left behind are his own, by name, and not revoked yet', () => {
    const name = consoleName('ana');
    const keys = [
      { id: 'a', name, revoked: false },
      { id: 'b', name, revoked: true },
      { id: 'c', name: consoleName('ben'), revoked: false },
      { id: 'd', name: 'test key', revoked: false },
    ];
    expect(leftBehind(keys, name)).toEqual(['a']);
  });
});
