import { useDebouncedValue } from '@mantine/hooks';
import { useQueries } from '@tanstack/react-query';
import { nameOf, type Plural } from '../noun/nouns';
import { foundQuery } from '../noun/picking';

const KINDS: [Plural, string][] = [
  ['campaigns', 'campaign'],
  ['sellers', 'seller'],
  ['sources', 'source'],
  ['buyers', 'buyer'],
  ['offers', 'offer'],
];
/** Fewer letters would find everything. */
const LETTERS = 2;
const MOST = 8;
const TYPED_MS = 120;

export interface NounFound {
  id: string;
  label: string;
  hint: string;
  to: string;
}

/** What may be asked for in an address: no phone and no e-mail, nor what may become one. */
export function isName(words: string): boolean {
  const isPerson = words.includes('@') || (!/\p{L}/u.test(words) && /[+(]|\d.*\d.*\d.*\d/.test(words));
  return words.length >= LETTERS && !isPerson;
}

/** What can be made, once its name is being typed: "new offer". */
export function makings(words: string): NounFound[] {
  const parts = words.trim().toLowerCase().split(/\s+/);
  if (parts[0] === '') return [];
  return KINDS.filter(([, word]) => parts.every((part) => ['new', word].some((own) => own.startsWith(part)))).map(
    ([plural, word]) => ({ id: `new/${plural}`, label: `New ${word}`, hint: 'make', to: `/${plural}/new` }),
  );
}

/** Nouns of every kind whose name or slug holds all words that were typed. */
export function useNouns(words: string): NounFound[] {
  const wanted = words.trim();
  const [settled] = useDebouncedValue(wanted, TYPED_MS);
  const isAsked = isName(wanted) && isName(settled);
  const lists = useQueries({
    queries: KINDS.map(([plural]) => ({ ...foundQuery(plural, settled, MOST), enabled: isAsked })),
  });
  if (!isAsked) return [];
  const parts = wanted.toLowerCase().split(/\s+/);
  return KINDS.flatMap(([plural, word], at) =>
    (lists[at]?.data?.items ?? [])
      // What was found for fewer letters, while the answer for the last one is on its way.
      .filter(({ noun }) => parts.every((part) => `${noun.slug} ${noun.name ?? ''}`.toLowerCase().includes(part)))
      .map(({ noun }) => ({
        id: `${plural}/${noun.slug}`,
        label: nameOf(noun),
        hint: word,
        to: `/${plural}/${noun.slug}`,
      })),
  ).slice(0, MOST);
}
