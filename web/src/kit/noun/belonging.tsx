import { queryOptions, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api, must } from '@/api/client';
import type { Column } from '../data/Table';
import { count } from '../words/format';
import type { Kept, Plural } from './nouns';

/** How many nouns belong to each, whatever number there are: `offers of buyers harbor` → 3. */
const countsQuery = queryOptions({
  queryKey: ['nouns', 'counts'],
  queryFn: async () => {
    const { items } = await must(api.GET('/v1/market/counts'));
    return new Map(items.map((row) => [`${row.kind} of ${row.of} ${row.slug}`, row.count]));
  },
});

/** A column that says how many nouns of a kind name each of these by a key, and leads to them. */
export function useBelonging(title: string, kind: Plural, key: string, of: Plural): Column<Kept> {
  const counts = useQuery(countsQuery).data;
  return {
    key: kind,
    title,
    figures: true,
    cell: ({ noun: { slug } }) => {
      if (!counts) return '';
      const found = counts.get(`${kind} of ${of} ${slug}`) ?? 0;
      return found ? <Link to={`/${kind}?${key}=${slug}`}>{count(found)}</Link> : '0';
    },
  };
}
