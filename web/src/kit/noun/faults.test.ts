import { describe, expect, it } from 'vitest';
import { Fault } from '@/api/client';
import { placeOf } from '../form/places';
import { standing, valueAt } from './faults';

const refused = { slug: 'A b', caps: [{ window: 'day' }], filter: { all: [{ fact: 'state', one_of: ['CA, TX'] }] } };
const fault = new Fault(422, {
  title: 'The body of the request cannot be so.',
  status: 422,
  code: 'body_faulty',
  errors: ['/slug', '/caps/0', '/filter/all/0/one_of/0', '/tier'].map((pointer) => ({
    pointer,
    code: 'faulty',
    detail: `wrong at ${pointer}`,
  })),
} as Fault['problem']);
const left = (now: typeof refused & { tier?: string }) =>
  standing(fault, refused, now)?.problem.errors?.map(({ pointer }) => pointer) ?? [];

describe('an error of the API', () => {
  it('stands until its place is changed', () => {
    expect(left(refused)).toEqual(['/slug', '/caps/0', '/filter/all/0/one_of/0', '/tier']);
    expect(left({ ...refused, slug: 'a-b' })).toEqual(['/caps/0', '/filter/all/0/one_of/0', '/tier']);
    expect(left({ ...refused, tier: 'main' })).not.toContain('/tier');
  });
  it('of a part goes when anything in the part is changed', () => {
    const caps = [{ window: 'day', leads: 10 }] as unknown as typeof refused.caps;
    expect(left({ ...refused, caps })).not.toContain('/caps/0');
  });
  it('is gone as a whole when the last was mended, and stands as a whole when it names no place', () => {
    const mended = { slug: 'a', caps: [], filter: { all: [] }, tier: 'main' };
    expect(standing(fault, refused, mended)).toBeNull();
    const away = new Fault(0, { title: 'The exchange does not answer.', status: 0, code: 'away' } as Fault['problem']);
    expect(standing(away, refused, mended)).toBe(away);
  });
  it('of something absent is told at its own field', () => {
    const detail = 'Object missing required field `post_url`';
    const errors = [{ pointer: '/delivery/settings', code: 'faulty', detail }];
    const absent = new Fault(422, { title: '', status: 422, code: 'body_faulty', errors } as Fault['problem']);
    expect(absent.at('/delivery/settings/post_url')).toBe('Fill this in.');
    expect(absent.at('/delivery/settings')).toBeUndefined();
    expect(absent.under('/delivery')).toBe(true);
  });
  it('is told at a place that people can read', () => {
    expect(placeOf('/caps/0/leads')).toBe('Caps 1, leads');
    expect(placeOf('/delivery/settings/post_url')).toBe('Delivery, post url');
    expect(valueAt(refused, '/filter/all/0/one_of/0')).toBe('CA, TX');
    expect(valueAt({ 'a/b': 1 }, '/a~1b')).toBe(1);
  });
});
