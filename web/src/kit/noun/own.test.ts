import { describe, expect, it } from 'vitest';
import { Fault } from '@/api/client';
import type { Json } from '../form/schema';
import { placeIn } from './faults';
import { together } from './own';

const refusal = (...pointers: string[]) =>
  new Fault(422, {
    title: 'The body of the request cannot be so.',
    status: 422,
    code: 'body_faulty',
    errors: pointers.map((pointer) => ({ pointer, code: 'setting_faulty', detail: 'as the API says', fix: '' })),
  } as Fault['problem']);
const own = (...pointers: string[]) => pointers.map((pointer) => ({ pointer, detail: 'as the form says' }));
const told = (fault: Fault | null) => fault?.problem.errors?.map(({ pointer, detail }) => [pointer, detail]);

describe('what the API refused and what the form knows', () => {
  it('is told together, each place once', () => {
    const api = refusal('/priority', '/caps/0');
    expect(told(together(api, api, own('/floor', '/priority', '/caps/0/leads')))).toEqual([
      ['/priority', 'as the API says'],
      ['/caps/0', 'as the API says'],
      ['/floor', 'as the form says'],
    ]);
  });
  it('stands until the last of both is mended', () => {
    const api = refusal('/priority');
    expect(told(together(null, api, own('/floor')))).toEqual([['/floor', 'as the form says']]);
    expect(together(null, api, [])).toBeNull();
  });
  it('says nothing of a form that nobody refused, or that was refused for no place of it', () => {
    expect(together(null, null, own('/floor'))).toBeNull();
    const away = new Fault(0, { title: 'The exchange does not answer.', status: 0, code: 'away' } as Fault['problem']);
    expect(together(away, away, own('/floor'))).toBe(away);
  });
});

describe('a rule', () => {
  it('is called by its number and what it asks', () => {
    const filter: Json = {
      all: [{ fact: 'state', equals: 'TX' }, { any: [{ fact: 'birth_date.age', at_least: 'x' }] }],
    };
    expect(placeIn({ filter }, '/filter/all/1/any/0/at_least')).toBe('Rule 2.1 (birth date: age)');
    expect(placeIn({ filter }, '/filter/all/1')).toBe('Rule 2');
    expect(placeIn({ filter }, '/caps/0/leads')).toBe('Caps 1, leads');
  });
});

describe('a refusal in one line', () => {
  it('is its details, and its title where that says something', () => {
    expect(refusal('/a', '/b').words).toBe('as the API says. as the API says.');
    const used = { ...refusal('/a').problem, title: 'Others refer to it.', code: 'noun_referred' };
    expect(new Fault(409, used as Fault['problem']).words).toBe('Others refer to it. as the API says.');
  });
});
