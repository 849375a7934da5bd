import { queryOptions, useQuery } from '@tanstack/react-query';
import { api, must, type Struct } from '@/api/client';

export type Need = Struct<'Need'>;

export const needsQuery = queryOptions({
  queryKey: ['needs'],
  refetchInterval: 15_000,
  queryFn: async () => (await must(api.GET('/v1/live/needs'))).items,
});

/** How many leads and sales wait for somebody's verdict. */
export function useWaiting(): number | undefined {
  const needs = useQuery(needsQuery).data;
  return needs
    ?.filter(({ kind }) => kind === 'review' || kind === 'uncertain_sales')
    .reduce((all, need) => all + need.count, 0);
}
