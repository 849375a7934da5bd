import { queryOptions } from '@tanstack/react-query';
import { api, must, send } from '@/api/client';
import type { Dict, Schema } from '../form/schema';
import { learn } from './names';

export type Plural = 'sellers' | 'groups' | 'buyers' | 'campaigns' | 'sources' | 'offers';

export interface Kept {
  version: number;
  noun: Dict & { slug: string };
}

/** The keys of a noun that say what it belongs to. */
export const PARENTS: [key: string, plural: Plural][] = [
  ['buyer', 'buyers'],
  ['seller', 'sellers'],
  ['campaign', 'campaigns'],
];

/** How many nouns of a kind are asked for at once, where nothing else is said. */
const PAGE = 500;

export const kindsQuery = queryOptions({
  queryKey: ['kinds'],
  staleTime: Number.POSITIVE_INFINITY,
  queryFn: async () =>
    new Map((await must(api.GET('/v1/kinds'))).items.map((row) => [row.plural, row.schema as Schema])),
});

/** Nouns of a kind by slug; `more`: there are others behind them. */
export function nounsQuery(plural: Plural, filter: Record<string, string> = {}) {
  return queryOptions({
    queryKey: ['nouns', plural, filter],
    queryFn: async () => {
      const { body } = await send<{ items: Kept[]; next: string | null }>('GET', `/v1/${plural}`, {
        query: { limit: PAGE, ...filter },
      });
      learn(
        plural,
        body.items.map(({ noun }) => [noun.slug, nameOf(noun)]),
      );
      return { items: body.items, more: body.next !== null };
    },
  });
}

export function nounQuery(plural: Plural, slug: string) {
  return queryOptions({
    queryKey: ['noun', plural, slug],
    queryFn: async () => {
      const found = await send<Dict>('GET', `/v1/${plural}/${encodeURIComponent(slug)}`);
      learn(plural, [[slug, nameOf(found.body)]]);
      return found;
    },
  });
}

/** What people call a noun: its name, or its slug where it has none. */
export function nameOf(noun: Dict): string {
  return String(noun.name || noun.slug || '');
}
