import { useQuery } from '@tanstack/react-query';
import { nameQuery } from './names';
import type { Plural } from './nouns';

/** A noun by its name, with its slug in the title. */
export function Named({ plural, slug }: { plural: Plural; slug: string }) {
  const name = useQuery(nameQuery(plural, slug)).data ?? slug;
  return name === slug ? slug : <span title={slug}>{name}</span>;
}
