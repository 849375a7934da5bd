import { queryOptions } from '@tanstack/react-query';
import { api, must } from '@/api/client';

const STILL_OPEN = ['open', 'queued'];

/** The whole story of a lead; looked at again while it goes on. */
export function leadQuery(id: string) {
  return queryOptions({
    queryKey: ['lead', id],
    queryFn: () => must(api.GET('/v1/leads/{lead}/log', { params: { path: { lead: id } } })),
    refetchInterval: (found) => (STILL_OPEN.includes(found.state.data?.status ?? '') ? 1000 : false),
  });
}
