import { describe, expect, it } from 'vitest';
import { asking, outcomeOf } from './outcomes';

describe('a test lead', () => {
  it('asks for an end by a field, and for a sale by none', () => {
    const rejected = asking('{"zip": "78701"}', 'reject');
    expect(JSON.parse(rejected)).toEqual({ zip: '78701', test_outcome: 'reject' });
    expect(outcomeOf(rejected)).toBe('reject');
    expect(JSON.parse(asking(rejected, 'accept'))).toEqual({ zip: '78701' });
  });
  it('keeps what is not JSON as it was typed', () => {
    expect(asking('{"zip": ', 'reject')).toBe('{"zip": ');
    expect(outcomeOf('{"zip": ')).toBe('accept');
    expect(outcomeOf('[1]')).toBe('accept');
  });
});
