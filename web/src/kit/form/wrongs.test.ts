import { describe, expect, it } from 'vitest';
import type { Json, Schema } from './schema';
import { type Beside, wrongs } from './wrongs';

const SCHEMA: Schema = {
  $defs: {
    Cap: {
      type: 'object',
      properties: { leads: { type: 'integer' }, window: { type: 'string' } },
      required: ['window'],
    },
  },
  type: 'object',
  properties: {
    buyer: { type: 'string' },
    price: { anyOf: [{ type: 'string', format: 'money' }, { type: 'null' }] },
    caps: { type: 'array', items: { $ref: '#/$defs/Cap' } },
    holidays: { type: 'array', items: { type: 'string', format: 'date' } },
    delivery: { type: 'object', properties: { plugin: { type: 'string' }, settings: {} }, required: ['plugin'] },
    filter: {},
  },
  required: ['buyer'],
};
const none: Beside = () => undefined;
const of = (value: Json, beside = none) =>
  wrongs(SCHEMA, value, beside).map(({ pointer, detail }) => [pointer, detail]);

describe('what a form knows to be wrong', () => {
  it('is nothing where all is whole', () => {
    expect(of({ buyer: 'a', price: '2.50', caps: [{ window: 'day', leads: 5 }], holidays: ['2026-12-25'] })).toEqual(
      [],
    );
    expect(of({ buyer: 'a', price: null })).toEqual([]);
  });
  it('is what is missing and what cannot be so, at every depth at once', () => {
    expect(of({ price: 'much', caps: [{ leads: 'ten' }], holidays: ['Xmas'], delivery: {} })).toEqual([
      ['/buyer', 'Choose one.'],
      ['/price', '“much” is not an amount, such as 12.50.'],
      ['/caps/0/leads', '“ten” is not a number.'],
      ['/caps/0/window', 'Fill this in.'],
      ['/holidays/0', '“Xmas” is not a date, such as 2026-12-31.'],
      ['/delivery/plugin', 'Choose one.'],
    ]);
  });
  it('is also what stands beside the schema: settings of plugins, rules', () => {
    const beside: Beside = (key, pointer) =>
      key === 'filter' || key === 'delivery' ? [{ pointer: `${pointer}/x`, detail: key }] : undefined;
    expect(of({ buyer: 'a', delivery: { plugin: 'json' }, filter: { all: [] } }, beside)).toEqual([
      ['/delivery/x', 'delivery'],
      ['/filter/x', 'filter'],
    ]);
  });
});
