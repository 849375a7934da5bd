import { queryOptions } from '@tanstack/react-query';
import { api, must } from '@/api/client';

/** The facts that a campaign's rules may speak of. */
export function factsQuery(campaign: string) {
  return queryOptions({
    queryKey: ['facts', campaign],
    enabled: campaign !== '',
    queryFn: async () =>
      (await must(api.GET('/v1/campaigns/{slug}/facts', { params: { path: { slug: campaign } } }))).items,
  });
}
