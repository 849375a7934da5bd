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

/** The sentence and the fix of a reason code; the code itself while they are on their way. */
export function useReason(code: string): { sentence: string; fix: string } {
  const reasons = useQuery(reasonsQuery).data;
  const found = reasons?.get(code);
  return { sentence: found?.sentence ?? code.replaceAll('_', ' '), fix: found?.fix ?? '' };
}
