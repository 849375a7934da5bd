import { describe, expect, it } from 'vitest';
import { told } from './reading';

describe('a value to be read', () => {
  it('is plain text where it has no parts', () => {
    expect([told(true), told(false), told(7), told('x'), told(null)]).toEqual(['yes', 'no', '7', 'x', '–']);
    expect(told(['CA', 'AZ'])).toBe('CA, AZ');
    expect(told(Array(62).fill('1'))).toMatch(/1 and 2 more$/);
  });
  it('is none where it has parts', () => {
    expect([told({}), told([{ a: 1 }])]).toEqual([null, null]);
  });
});
