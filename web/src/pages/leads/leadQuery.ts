import { type QueryClient, queryOptions } from '@tanstack/react-query';
import { api, must } from '@/api/client';
import { wantNames } from '@/kit/noun/names';
import { reasonsQuery } from '@/kit/words/reasons';

const STILL_OPEN = ['open', 'queued'];

/** The whole story of a lead; looked at again while it goes on. */
export function leadQuery(id: string) {
  return queryOptions({
    queryKey: ['lead', id],
    queryFn: () => must(api.GET('/v1/leads/{lead}/log', { params: { path: { lead: id } } })),
    refetchInterval: (found) => (STILL_OPEN.includes(found.state.data?.status ?? '') ? 1000 : false),
  });
}

/** A lead before its page is there, and what the nouns in its sentences are called: words that grow would move the rest. */
export async function leadAhead(queries: QueryClient, { id = '' }: Record<string, string | undefined>): Promise<void> {
  void queries.prefetchQuery(reasonsQuery);
  // What cannot be fetched is told by the page, which asks again.
  const lead = await queries.fetchQuery(leadQuery(id)).catch(() => null);
  if (!lead) return;
  wantNames('campaigns', [lead.campaign]);
  wantNames('sources', [lead.source]);
  wantNames(
    'buyers',
    lead.sales.map((sale) => sale.buyer),
  );
}
