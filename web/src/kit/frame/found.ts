import { useQueries } from '@tanstack/react-query';
import { nameOf, nounsQuery, type Plural } from '../noun/nouns';

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

export interface NounFound {
  id: string;
  label: string;
  hint: string;
  to: string;
}

/** Nouns of every kind whose name or slug holds what was typed. */
export function useNouns(words: string): NounFound[] {
  const wanted = words.trim().toLowerCase();
  const isAsked = wanted.length >= LETTERS;
  const lists = useQueries({ queries: KINDS.map(([plural]) => ({ ...nounsQuery(plural), enabled: isAsked })) });
  if (!isAsked) return [];
  return KINDS.flatMap(([plural, word], at) =>
    (lists[at]?.data?.items ?? [])
      .filter(({ noun }) => `${noun.slug} ${noun.name ?? ''}`.toLowerCase().includes(wanted))
      .map(({ noun }) => ({
        id: `${plural}/${noun.slug}`,
        label: nameOf(noun),
        hint: word,
        to: `/${plural}/${noun.slug}`,
      })),
  ).slice(0, MOST);
}
