import type { Struct } from '@/api/client';
import { placeOf } from '@/kit/form/places';

type Short = Pick<Struct<'VersionInShort'>, 'nouns' | 'of'>;
type Noun = Short['nouns'][number];

/** What a version changed, in one line: "offer LSM TX: price 22.50 → 24.00; and 3 more nouns". */
export function inWords({ nouns, of }: Short): string {
  const more = of - nouns.length;
  const told = nouns.map(nounInWords);
  if (more > 0) told.push(`and ${more} more ${more === 1 ? 'noun' : 'nouns'}`);
  return told.join('; ');
}

function nounInWords({ kind, name, what, fields, of }: Noun): string {
  if (what === 'new') return `new ${kind} ${name}`;
  if (what === 'gone') return `${kind} ${name} removed`;
  const told = fields.map(({ pointer, before, after }) => `${place(pointer)} ${before || '–'} → ${after || '–'}`);
  if (of > fields.length) told.push(`and ${of - fields.length} more`);
  return `${kind} ${name}: ${told.join(', ') || 'changed'}`;
}

/** A place as forms call it, within a sentence: "caps 1 leads". */
function place(pointer: string): string {
  const words = placeOf(pointer).replaceAll(',', '');
  return words ? `${words.charAt(0).toLowerCase()}${words.slice(1)}` : 'all of it';
}
