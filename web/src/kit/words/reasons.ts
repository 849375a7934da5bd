import { queryOptions, useQuery } from '@tanstack/react-query';
import { api, must, type Struct } from '@/api/client';

export type Reason = Struct<'ReasonRow'>;

export const reasonsQuery = queryOptions({
  queryKey: ['reasons'],
  staleTime: Number.POSITIVE_INFINITY,
  queryFn: async () => {
    const rows = await must(api.GET('/v1/reasons'));
    return new Map(rows.map((row) => [row.code, row]));
  },
});

/** The sentence of a reason code, as the API tells it; the code itself while sentences are on their way. */
export function useReasons(): (code: string) => string {
  const reasons = useQuery(reasonsQuery).data;
  return (code) => reasons?.get(code)?.sentence ?? code.replaceAll('_', ' ');
}
