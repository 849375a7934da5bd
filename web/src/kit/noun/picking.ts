import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNames } from './names';
import { nameOf, nounsQuery, type Plural } from './nouns';

export interface Choice {
  value: string;
  label: string;
}

/** Choices that a picker shows at once; who wants another types more of its name. */
const SHOWN = 50;
const TYPED_MS = 150;

/** Nouns of a kind with all of the typed words in slug or name. */
export function foundQuery(plural: Plural, words: string, limit = SHOWN) {
  return nounsQuery(plural, { q: words.trim().slice(0, 200), limit: String(limit) });
}

/** What a picker offers while somebody types, with what is chosen among it; `more`: there are others. */
export function useChoices(plural: Plural, words: string, chosen?: string) {
  const names = useNames(plural, chosen ? [chosen] : []);
  // The picker writes the name of what is chosen where words are typed: that asks for nothing.
  const isTyped = words !== '' && words !== chosen && words !== names[chosen ?? ''];
  const [settled] = useDebouncedValue(isTyped ? words : '', TYPED_MS);
  const found = useQuery({ ...foundQuery(plural, settled), placeholderData: keepPreviousData }).data;
  const choices = (found?.items ?? []).map(({ noun }) => ({ value: noun.slug, label: nameOf(noun) }));
  const isThere = !chosen || choices.some((one) => one.value === chosen);
  return {
    choices: isThere ? choices : [{ value: chosen, label: names[chosen] ?? chosen }, ...choices],
    more: found?.more ?? false,
  };
}
