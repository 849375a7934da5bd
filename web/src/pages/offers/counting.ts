import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, type QueryClient, queryOptions, useQuery } from '@tanstack/react-query';
import { api, must, type Struct } from '@/api/client';
import { factsQuery } from '@/kit/filter/facts';
import { asSaved, type Part } from '@/kit/filter/tree';
import { unwhole } from '@/kit/filter/whole';
import { pluginsAhead } from '@/kit/form/plugins';
import type { Dict } from '@/kit/form/schema';

export type Counted = Struct<'Counted'>;

/** Over how many of the last hours it is counted. */
export const HOURS = 24;
/** As long as somebody pauses between two letters; the first question is asked at once. */
const SETTLES_MS = 150;

/** What yesterday's leads say of an offer as it is being edited; not asked while a rule is not whole. */
export function useCounted(draft: Dict, hours: number) {
  const [wish] = useDebouncedValue(wishOf(draft, hours), SETTLES_MS, { leading: true });
  // What has settled is asked, so it has to be whole: what is typed by now may be ahead of it.
  const settled = (JSON.parse(wish) as { filter: Part | null }).filter;
  const facts = useQuery(factsQuery(String(draft.campaign ?? ''))).data ?? [];
  const isAskable = Boolean(draft.campaign) && unwhole(settled, facts).length === 0;
  return useQuery({
    ...countedQuery(String(draft.campaign), wish),
    enabled: isAskable,
    placeholderData: keepPreviousData,
  });
}

function wishOf(draft: Dict, hours: number): string {
  return JSON.stringify({ filter: asSaved((draft.filter ?? { all: [] }) as Part), hours, bid: bidOf(draft) });
}

function countedQuery(campaign: string, wish: string) {
  return queryOptions({
    queryKey: ['counted', campaign, wish],
    staleTime: 30_000,
    queryFn: () =>
      must(
        api.POST('/v1/campaigns/{slug}/count', {
          params: { path: { slug: campaign } },
          body: JSON.parse(wish) as Struct<'CountWish'>,
        }),
      ),
  });
}

/** The count of an offer as it is kept, before its page is there to ask; the plugins of its form come after it. */
export function countAhead(queries: QueryClient, offer: Dict): void {
  if (offer.campaign) void queries.prefetchQuery(countedQuery(String(offer.campaign), wishOf(offer, HOURS)));
  pluginsAhead(queries);
}

/** The price to compare with what leads were sold for: the fixed one, as far as it is an amount. */
export function bidOf(draft: Dict): string | undefined {
  const price = String(draft.price ?? '').trim();
  return /^\d{1,9}(\.\d{1,6})?$/.test(price) ? price : undefined;
}
