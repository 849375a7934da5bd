import type { QueryClient } from '@tanstack/react-query';
import { factsQuery } from '../filter/facts';
import type { Dict } from '../form/schema';
import { wantNames } from './names';
import { kindsQuery, nounQuery, PARENTS, type Plural } from './nouns';

/**
 * What the page of a noun shows first: the noun and what it belongs to, the form it is drawn in, the facts of its rules.
 *
 * `beside` asks at once for what the page shows besides; `behind` for what follows from the noun itself.
 */
export function nounAhead(
  plural: Plural,
  beside: (queries: QueryClient, slug: string) => void = () => undefined,
  behind: (queries: QueryClient, noun: Dict) => void = () => undefined,
) {
  return async (queries: QueryClient, { slug }: Record<string, string | undefined>) => {
    void queries.prefetchQuery(kindsQuery);
    if (!slug || slug === 'new') return;
    beside(queries, slug);
    // What cannot be fetched is told by the page, which asks again.
    const found = await queries.fetchQuery(nounQuery(plural, slug)).catch(() => null);
    if (!found) return;
    for (const [key, kind] of PARENTS) if (found.body[key]) wantNames(kind, [String(found.body[key])]);
    if (found.body.campaign) void queries.prefetchQuery(factsQuery(String(found.body.campaign)));
    behind(queries, found.body);
  };
}
