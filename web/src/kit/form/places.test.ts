import { describe, expect, it } from 'vitest';
import { placeOf } from './places';

describe('a place', () => {
  it('is told in words', () => {
    expect(placeOf('/caps/0/leads')).toBe('Caps 1, leads');
    expect(placeOf('/delivery/settings/post_url')).toBe('Delivery, post url');
    expect(placeOf('')).toBe('');
  });
  it('in a filter is called as its editor calls it', () => {
    expect(placeOf('/filter/all/1/at_least')).toBe('Rule 2');
    expect(placeOf('/filter/all/1/any/0/one_of/17')).toBe('Rule 2.1');
    expect(placeOf('/any/2')).toBe('Rule 3');
    expect(placeOf('/routes/0/when/all/0/equals')).toBe('Routes 1, when, rule 1');
    expect(placeOf('/filter')).toBe('Filter');
    expect(placeOf('/filter/equals')).toBe('Filter, equals');
  });
});
