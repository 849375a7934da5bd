import { describe, expect, it } from 'vitest';
import { isIdEnd, person } from './search';

describe('what somebody searches', () => {
  it('is the end of an id, with its mark or without', () => {
    expect(isIdEnd('LD_000038hc3hjgqutmi6nn4cgj80sm8')).toBe(true);
    expect(isIdEnd('80sm8')).toBe(true);
    expect(isIdEnd('zzzz')).toBe(false);
    expect(isIdEnd('sm8')).toBe(false);
  });
  it('is a person where it looks like a phone or an e-mail', () => {
    expect(person('ann@example.com')).toEqual({ email: 'ann@example.com' });
    expect(person('+1 (416) 555-0142')).toEqual({ phone: '+1 (416) 555-0142' });
    expect(person('80sm8')).toBeNull();
    expect(person('123456')).toBeNull();
  });
});
