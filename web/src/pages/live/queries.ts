import { type QueryClient, queryOptions } from '@tanstack/react-query';
import { api, must } from '@/api/client';
import { AHEAD_MS } from '@/kit/data/range';
import { needsQuery } from '@/kit/live/needs';
import { reasonsQuery } from '@/kit/words/reasons';
import { startQuery } from '../start/startQuery';

export const WINDOWS = { '1m': 'Last minute', '5m': 'Last 5 minutes', '15m': 'Last 15 minutes' };
export type Window = keyof typeof WINDOWS;

type Words = Record<string, string | undefined>;

const SHOWN = 15;

/** The window that the address names; five minutes where it names none. */
export function windowOf(word: string | undefined): Window {
  return word && word in WINDOWS ? (word as Window) : '5m';
}

export function summaryQuery(campaign: string, window: Window) {
  return queryOptions({
    queryKey: ['live', campaign, window],
    queryFn: () =>
      must(api.GET('/v1/live/summary', { params: { query: { window, campaign: campaign || undefined } } })),
  });
}

/** They stand as they were fetched, until somebody wants to see the new ones. */
export function latestQuery(campaign: string) {
  return queryOptions({
    queryKey: ['leads', 'latest', campaign],
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    queryFn: () => must(api.GET('/v1/leads', { params: { query: { limit: SHOWN, campaign: campaign || undefined } } })),
  });
}

/** What the page shows first, as its address wants it. */
export function liveAhead(queries: QueryClient, _: Words, { campaign = '', window }: Words): void {
  void queries.prefetchQuery(startQuery);
  void queries.prefetchQuery(needsQuery);
  void queries.prefetchQuery(summaryQuery(campaign, windowOf(window)));
  void queries.prefetchQuery({ ...latestQuery(campaign), gcTime: AHEAD_MS });
  void queries.prefetchQuery(reasonsQuery);
}
