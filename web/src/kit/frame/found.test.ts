import { expect, test } from 'vitest';
import { isName, makings } from './found';

test('a name is asked for, and never what is or may become a phone or an e-mail', () => {
  for (const name of ['acme', 'zest 619', '360', 'Ärger & Söhne', 'north-1']) expect(isName(name)).toBe(true);
  for (const person of ['(512) 555-0147', '+1', '51255', '512 5', 'zoe@', 'zoe@example.com', 'a'])
    expect(isName(person)).toBe(false);
});

test('what can be made is found by new and its name', () => {
  expect(makings('new off').map((one) => one.to)).toEqual(['/offers/new']);
  expect(makings('new')).toHaveLength(5);
  expect(makings('buyer').map((one) => one.label)).toEqual(['New buyer']);
  expect(makings('newport')).toEqual([]);
  expect(makings(' ')).toEqual([]);
});
