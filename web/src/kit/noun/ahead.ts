import type { QueryClient } from '@tanstack/react-query';
import { kindsQuery, nounQuery, type Plural } from './nouns';

/** What the page of a noun shows first: the noun, and the form it is drawn in. */
export function nounAhead(plural: Plural) {
  return (queries: QueryClient, { slug }: Record<string, string | undefined>) => {
    void queries.prefetchQuery(kindsQuery);
    if (slug && slug !== 'new') void queries.prefetchQuery(nounQuery(plural, slug));
  };
}
