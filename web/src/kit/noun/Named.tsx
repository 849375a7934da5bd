import { useName } from './names';
import type { Plural } from './nouns';

/** A noun by its name, with its slug in the title. */
export function Named({ plural, slug }: { plural: Plural; slug: string }) {
  const name = useName(plural, slug);
  return name === slug ? slug : <span title={`${name} (${slug})`}>{name}</span>;
}
