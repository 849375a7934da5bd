import { absent } from '@/api/client';
import { wrongWith } from './plain';
import { type Dict, type Json, resolved, type Schema, shapeOf, under } from './schema';

/** Something that the form itself knows to be wrong. */
export interface Own {
  pointer: string;
  detail: string;
}

/** What a schema does not say of a part: the settings of a plugin, the rules of a filter. Nothing: the schema says all. */
export type Beside = (key: string, pointer: string, value: Json) => Own[] | undefined;

/** All that is missing in a value, or cannot be so, as far as its schema says. */
export function wrongs(schema: Schema, value: Json, beside: Beside, pointer = '', key = ''): Own[] {
  return wrongsIn(schema, value, { defs: schema.$defs ?? {}, beside }, pointer, key);
}

interface Around {
  defs: Record<string, Schema>;
  beside: Beside;
}

function wrongsIn(own: Schema, value: Json, around: Around, pointer: string, key: string): Own[] {
  const { defs, beside } = around;
  const { schema } = resolved(own, defs);
  const shape = shapeOf(schema, defs);
  const more = beside(key, pointer, value) ?? [];
  switch (shape.kind) {
    case 'group':
      return [...wrongsOfParts(shape.schema, value, around, pointer), ...more];
    case 'variant': {
      const variant = shape.variants[String((value as Dict)[shape.by] ?? '')];
      return variant ? wrongsOfParts(variant, value, around, pointer) : [];
    }
    case 'rows':
      return rowsOf(value).flatMap((row, at) => wrongsIn(shape.item, row, around, under(pointer, at), key));
    case 'list':
      return rowsOf(value).flatMap((one, at) => told(under(pointer, at), wrongWith(shape.item, one)));
    case 'map':
      return Object.entries((value ?? {}) as Dict).flatMap(([name, one]) =>
        wrongsIn(shape.value, one, around, under(pointer, name), name),
      );
    case 'text':
    case 'number':
      return told(pointer, wrongWith(schema, value));
    default:
      return more;
  }
}

function wrongsOfParts(schema: Schema, value: Json, around: Around, pointer: string): Own[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(schema.properties ?? {}).flatMap(([key, part]) => {
    const own = value[key];
    if (own !== undefined && own !== null) return wrongsIn(part, own, around, under(pointer, key), key);
    return schema.required?.includes(key) ? [{ pointer: under(pointer, key), detail: absent(key) }] : [];
  });
}

function rowsOf(value: Json): Json[] {
  return Array.isArray(value) ? value : [];
}

function told(pointer: string, detail: string | undefined): Own[] {
  return detail ? [{ pointer, detail }] : [];
}
