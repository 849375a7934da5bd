import { useQuery } from '@tanstack/react-query';
import { api, must, type Struct } from '@/api/client';
import { readSearch } from '@/kit/data/address';

export type View = Struct<'ViewRow'>;

/** The views that are kept of a page, or of all. */
export function useViews(page?: string) {
  return useQuery({
    queryKey: ['views', page ?? ''],
    queryFn: async () => (await must(api.GET('/v1/views', { params: { query: { page } } }))).items,
  });
}

/** Where a view leads. */
export function viewLink(view: View) {
  return { to: `/${view.page}`, search: readSearch(view.query) };
}
