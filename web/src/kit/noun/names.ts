import { queryOptions, useQueries } from '@tanstack/react-query';
import { send } from '@/api/client';
import { type Kept, nameOf, type Plural } from './nouns';

/** How many are asked for in one request: an address of so many slugs passes every proxy. */
const MOST = 150;
const FRESH_MS = 300_000;

/** What was asked for since the last request went out, and what will come of it. */
const asked = new Map<Plural, { slugs: Set<string>; names: Promise<Map<string, string>> }>();

/** What a noun is called; its slug where it has no name, or is gone. All that a page asks for at once is one request. */
export function nameQuery(plural: Plural, slug: string) {
  return queryOptions({
    queryKey: ['nouns', plural, 'name', slug],
    staleTime: FRESH_MS,
    enabled: slug !== '',
    queryFn: async () => (await gathered(plural, slug)).get(slug) ?? slug,
  });
}

function gathered(plural: Plural, slug: string): Promise<Map<string, string>> {
  let found = asked.get(plural);
  if (!found || found.slugs.size >= MOST) {
    const slugs = new Set<string>();
    const names = new Promise((soon) => setTimeout(soon)).then(() => {
      if (asked.get(plural)?.slugs === slugs) asked.delete(plural);
      return fetched(plural, [...slugs]);
    });
    found = { slugs, names };
    asked.set(plural, found);
  }
  found.slugs.add(slug);
  return found.names;
}

async function fetched(plural: Plural, slugs: string[]): Promise<Map<string, string>> {
  const query = { slugs: slugs.sort().join(','), limit: MOST };
  const { body } = await send<{ items: Kept[] }>('GET', `/v1/${plural}`, { query });
  return new Map(body.items.map(({ noun }) => [noun.slug, nameOf(noun)]));
}

/** The names of these slugs; a slug stands for itself until its name is there. */
export function useNames(plural: Plural, slugs: string[]): Record<string, string> {
  const wanted = [...new Set(slugs)];
  return useQueries({
    queries: wanted.map((slug) => nameQuery(plural, slug)),
    combine: (found) => Object.fromEntries(wanted.map((slug, at) => [slug, found[at]?.data ?? slug])),
  });
}
