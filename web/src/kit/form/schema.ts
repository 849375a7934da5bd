/** The part of JSON Schema that settings and nouns are described in, and how a form reads it. */
export interface Schema {
  title?: string;
  description?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  $ref?: string;
  $defs?: Record<string, Schema>;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: boolean | Schema;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  /** Of a text: `money`, `percent`, `money-or-percent`, `date`, `clock`. */
  format?: string;
  discriminator?: { propertyName: string; mapping: Record<string, string> };
}

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type Dict = { [key: string]: Json };

export type Shape =
  | { kind: 'text' | 'number' | 'switch' | 'free' }
  | { kind: 'choice'; options: string[] }
  | { kind: 'list'; item: Schema }
  | { kind: 'rows'; item: Schema }
  | { kind: 'map'; value: Schema }
  | { kind: 'group'; schema: Schema }
  | { kind: 'variant'; by: string; variants: Record<string, Schema> };

/** A schema with its reference followed; `optional`: it may be absent or null. */
export function resolved(schema: Schema, defs: Record<string, Schema>): { schema: Schema; optional: boolean } {
  let optional = false;
  let found = schema;
  for (;;) {
    if (found.$ref) {
      const name = found.$ref.split('/').at(-1) ?? '';
      const { $ref: _, ...own } = found;
      found = { ...(defs[name] ?? {}), ...own };
    } else if (found.anyOf && !found.discriminator) {
      const rest = found.anyOf.filter((one) => one.type !== 'null');
      optional ||= rest.length < found.anyOf.length;
      if (rest.length !== 1) return { schema: found, optional };
      const { anyOf: _, ...own } = found;
      found = { ...(rest[0] as Schema), ...own };
    } else return { schema: found, optional };
  }
}

/** Which control a schema asks for. */
export function shapeOf(schema: Schema, defs: Record<string, Schema>): Shape {
  if (schema.discriminator) {
    const { propertyName, mapping } = schema.discriminator;
    const variants = Object.entries(mapping).map(([name, ref]) => [name, resolved({ $ref: ref }, defs).schema]);
    return { kind: 'variant', by: propertyName, variants: Object.fromEntries(variants) };
  }
  if (schema.enum) return { kind: 'choice', options: schema.enum.map(String) };
  if (schema.type === 'boolean') return { kind: 'switch' };
  if (schema.type === 'integer' || schema.type === 'number') return { kind: 'number' };
  if (schema.type === 'string') return { kind: 'text' };
  if (schema.type === 'array' && schema.items) return listShape(schema.items, defs);
  if (schema.type === 'object' && schema.properties) return { kind: 'group', schema };
  if (schema.type === 'object' && typeof schema.additionalProperties === 'object') {
    return { kind: 'map', value: schema.additionalProperties };
  }
  return { kind: 'free' };
}

function listShape(items: Schema, defs: Record<string, Schema>): Shape {
  const item = resolved(items, defs).schema;
  return item.type === 'string' && !item.enum ? { kind: 'list', item } : { kind: 'rows', item };
}

const UNITS: [RegExp, string][] = [
  [/_ms$/, 'ms'],
  [/_s$/, 's'],
  [/_minutes$/, 'minutes'],
  [/_hours$/, 'hours'],
  [/_days$/, 'days'],
];

/** "post_ms" → label "Post", unit "ms". */
export function labelOf(key: string): { label: string; unit: string } {
  const [pattern, unit] = UNITS.find(([ending]) => ending.test(key)) ?? [/$^/, ''];
  const words = key.replace(pattern, '').replaceAll('_', ' ').trim();
  return { label: words.charAt(0).toUpperCase() + words.slice(1), unit };
}

/** What a struct's description says of its parts: lines of "name   words", indented lines go on with the one above. */
export function wordsOf(description = ''): Record<string, string> {
  const found: Record<string, string> = {};
  let last = '';
  for (const line of description.split('\n').slice(1)) {
    const named = /^ {0,6}([a-z_]+) {2,}(\S.*)$/.exec(line);
    if (named) {
      last = named[1] as string;
      found[last] = named[2] as string;
    } else if (last && /^ {8,}\S/.test(line)) found[last] += ` ${line.trim()}`;
    else last = '';
  }
  return found;
}

/** A description without the marks of Markdown, as a sentence. */
export function sentence(text = ''): string {
  const plain = text
    .replace(/\[([^\]]+)\]\([^)]*\)/g, '$1')
    .replaceAll('`', '')
    .replace(/\*([^*\s][^*]*)\*/g, '$1')
    .trim();
  return plain && `${plain.charAt(0).toUpperCase()}${plain.slice(1)}${/[.!?]$/.test(plain) ? '' : '.'}`;
}

/** A JSON pointer one step further (RFC 6901). */
export function under(pointer: string, key: string | number): string {
  return `${pointer}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** A copy with a key set, or taken away where the value is undefined. */
export function withKey(value: Dict, key: string, next: Json | undefined): Dict {
  const copy = { ...value };
  if (next === undefined) delete copy[key];
  else copy[key] = next;
  return copy;
}

/** What a new row or group begins with: only what has to be there and can be said at once. */
export function beginning(schema: Schema, defs: Record<string, Schema>): Json {
  const { schema: whole } = resolved(schema, defs);
  const shape = shapeOf(whole, defs);
  if (shape.kind === 'variant') return { [shape.by]: Object.keys(shape.variants)[0] ?? '' };
  if (shape.kind === 'group') {
    const filled = (whole.required ?? []).flatMap((key): [string, Json][] => {
      const part = resolved(whole.properties?.[key] ?? {}, defs).schema;
      if (part.enum?.length) return [[key, part.enum[0] as Json]];
      return shapeOf(part, defs).kind === 'group' ? [[key, beginning(part, defs)]] : [];
    });
    return Object.fromEntries(filled);
  }
  if (shape.kind === 'list' || shape.kind === 'rows') return [];
  if (shape.kind === 'map' || shape.kind === 'free') return {};
  if (shape.kind === 'choice') return shape.options[0] ?? '';
  return shape.kind === 'switch' ? false : '';
}
