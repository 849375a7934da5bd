import type { Json } from './schema';

/** How many values of a list are told one by one. */
const TOLD = 60;

/** A value as plain text; null where it has parts of its own. */
export function told(value: Json): string | null {
  if (value === null) return '–';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value !== 'object') return String(value);
  if (!Array.isArray(value) || value.some((one) => typeof one === 'object' && one !== null)) return null;
  const more = value.length - TOLD;
  const some = value.slice(0, TOLD).map((one) => told(one));
  return some.join(', ') + (more > 0 ? ` and ${more.toLocaleString('en-US')} more` : '');
}
