import { type QueryClient, queryOptions } from '@tanstack/react-query';
import { api, must } from '@/api/client';
import { nounsQuery } from '@/kit/noun/nouns';
import { reasonsQuery } from '@/kit/words/reasons';

const DAY_MS = 86_400_000;
const QUARTER_MS = 900_000;

/** What the last day counted of a campaign: its leads by reason, or what was asked of each offer. */
export function talliesQuery(campaign: string, of: 'leads' | 'offers') {
  return queryOptions({
    queryKey: ['tallies', campaign, of],
    queryFn: async () => {
      const since = new Date(Math.floor((Date.now() - DAY_MS) / QUARTER_MS) * QUARTER_MS).toISOString();
      const by = of === 'leads' ? 'reason' : 'offer';
      return (await must(api.GET('/v1/tallies', { params: { query: { campaign, of, by, since } } }))).items;
    },
  });
}

/** What the route of a campaign is drawn from. */
export function routeAhead(queries: QueryClient, campaign: string): void {
  void queries.prefetchQuery(talliesQuery(campaign, 'leads'));
  void queries.prefetchQuery(talliesQuery(campaign, 'offers'));
  void queries.prefetchQuery(nounsQuery('offers', { campaign }));
  void queries.prefetchQuery(reasonsQuery);
}
