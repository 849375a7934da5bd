import { type QueryClient, queryOptions } from '@tanstack/react-query';
import { api, must, type Struct } from '@/api/client';

export type PluginRow = Struct<'PluginRow'>;

export const pluginsQuery = queryOptions({
  queryKey: ['plugins'],
  staleTime: Number.POSITIVE_INFINITY,
  queryFn: async () => (await must(api.GET('/v1/plugins'))).items,
});

/** Before the page is there whose forms name plugins. */
export function pluginsAhead(queries: QueryClient): void {
  void queries.prefetchQuery(pluginsQuery);
}
