import { type Dict, type Json, labelOf } from './schema';

/** How many values of a list are told one by one. */
const TOLD = 60;

/** How long a line may be before parts stand one below the other. */
const LINE = 100;

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

/** A plugin with its settings beside its name, as they are read: not a level deeper. */
export function flat(value: Dict): Dict {
  const { settings, ...rest } = value;
  const isPlugin = 'plugin' in value || 'type' in value;
  return isPlugin && settings && typeof settings === 'object' && !Array.isArray(settings)
    ? { ...rest, ...settings }
    : value;
}

/** A value with few and plain parts, in one line: "slug main · deadline 2000 ms"; null where it takes more room. */
export function inOneLine(value: Dict): string | null {
  const parts = Object.entries(value).filter(([, one]) => one !== null && one !== '');
  const said = parts.map(([key, one]) => {
    const { label, unit } = labelOf(key);
    return [label.toLowerCase(), told(one), unit].filter(Boolean).join(' ');
  });
  const isPlain = parts.every(([, one]) => told(one) !== null);
  const line = said.join(' · ');
  return isPlain && line.length <= LINE ? line : null;
}
