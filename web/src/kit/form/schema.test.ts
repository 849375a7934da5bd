import { describe, expect, it } from 'vitest';
import { beginning, labelOf, resolved, type Schema, sentence, shapeOf, under, wordsOf } from './schema';

const defs: Record<string, Schema> = {
  Basic: { type: 'object', properties: { type: { enum: ['basic'] }, user: { type: 'string' } }, required: ['type'] },
  Cap: {
    type: 'object',
    properties: { window: { enum: ['day', 'hour'] }, leads: { type: 'integer' } },
    required: ['window'],
  },
};

describe('a schema', () => {
  it('is followed to what it refers to, and may be absent', () => {
    const found = resolved({ anyOf: [{ $ref: '#/$defs/Cap' }, { type: 'null' }], description: 'own words' }, defs);
    expect(found.optional).toBe(true);
    expect(found.schema.properties).toHaveProperty('window');
    expect(found.schema.description).toBe('own words');
  });
  it('asks for a control', () => {
    expect(shapeOf({ type: 'boolean' }, defs).kind).toBe('switch');
    expect(shapeOf({ type: 'array', items: { type: 'string' } }, defs).kind).toBe('list');
    expect(shapeOf({ type: 'array', items: { $ref: '#/$defs/Cap' } }, defs).kind).toBe('rows');
    expect(shapeOf({ type: 'object', additionalProperties: { type: 'string' } }, defs).kind).toBe('map');
    expect(shapeOf({ type: 'object' }, defs).kind).toBe('free');
    const union = { anyOf: [], discriminator: { propertyName: 'type', mapping: { basic: '#/$defs/Basic' } } };
    expect(shapeOf(union, defs)).toMatchObject({ kind: 'variant', by: 'type' });
  });
  it('begins with what has to be there', () => {
    expect(beginning({ $ref: '#/$defs/Cap' }, defs)).toEqual({ window: 'day' });
    expect(beginning({ type: 'array', items: {} }, defs)).toEqual([]);
  });
});

describe('words', () => {
  it('come from the name, with the unit apart', () => {
    expect(labelOf('post_ms')).toEqual({ label: 'Post', unit: 'ms' });
    expect(labelOf('private_targets')).toEqual({ label: 'Private targets', unit: '' });
  });
  it('come from what the struct says of its parts', () => {
    const said =
      'An offer.\n\n    price          a fixed price\n                   needs no ping\n    filter   all of it\n';
    expect(wordsOf(said)).toEqual({ price: 'a fixed price needs no ping', filter: 'all of it' });
  });
  it('lose the marks of Markdown', () => {
    expect(sentence('how we sign in: [its settings](sign_in.md); `x`')).toBe('How we sign in: its settings; x.');
  });
  it('point as RFC 6901 says', () => {
    expect(under('/a', 'b/c~')).toBe('/a/b~1c~0');
  });
});
