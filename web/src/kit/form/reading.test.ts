import { describe, expect, it } from 'vitest';
import { flat, inOneLine, told } from './reading';

describe('a value to be read', () => {
  it('is plain text where it has no parts', () => {
    expect([told(true), told(false), told(7), told('x'), told(null)]).toEqual(['yes', 'no', '7', 'x', '–']);
    expect(told(['CA', 'AZ'])).toBe('CA, AZ');
    expect(told(Array(62).fill('1'))).toMatch(/1 and 2 more$/);
  });
  it('stands in one line where its parts are few and plain', () => {
    expect(inOneLine({ slug: 'main', deadline_ms: 2000, early: true })).toBe(
      'slug main · deadline 2000 ms · early yes',
    );
    expect(inOneLine({ caps: [{ leads: 5 }] })).toBeNull();
    expect(inOneLine({ url: 'x'.repeat(120) })).toBeNull();
  });
  it('has the settings of a plugin beside its name', () => {
    expect(flat({ plugin: 'json', settings: { a: 1 } })).toEqual({ plugin: 'json', a: 1 });
    expect(flat({ slug: 'x', settings: { a: 1 } })).toEqual({ slug: 'x', settings: { a: 1 } });
  });
  it('is none where it has parts', () => {
    expect([told({}), told([{ a: 1 }])]).toEqual([null, null]);
  });
});
