import type { QueryClient } from '@tanstack/react-query';
import { api, must } from '@/api/client';
import type { Address } from '@/kit/data/address';
import { beginOf, openAhead, type Wanted } from '@/kit/data/range';
import { houseQuery } from '@/kit/frame/me';
import { reasonsQuery } from '@/kit/words/reasons';
import { which } from './asked';
import type { Row } from './columns';

const SORTS = ['-at', 'at', '-price', 'price'] as const;

/** The list of leads that an address means: what it chooses, in which order, and how its rows are fetched. */
export function listOf(address: Address): Wanted<Row> & { sort: string; chosen: Address } {
  const sort = SORTS.find((one) => one === address.sort) ?? '-at';
  const { sort: _, row, as_of: asOf, ...chosen } = address;
  return {
    sort,
    chosen,
    key: ['leads', 'range', chosen, sort],
    asOf,
    begin: beginOf(row),
    fetch: ({ signal, ...page }) => {
      const query = { ...which(chosen, at(page.until)), sort, ...bounded(page) };
      return must(api.GET('/v1/leads', { signal, params: { query } }));
    },
  };
}

/** Its first rows, before the page is there. What today is, only the house knows. */
export async function listAhead(queries: QueryClient, _: unknown, search: Record<string, string | undefined>) {
  void queries.prefetchQuery(reasonsQuery);
  if (search.from === 'today') await queries.prefetchQuery(houseQuery);
  openAhead(queries, listOf(search as Address));
}

/** Ranges that go back from now go back from the instant that the table is of. */
export function at(anchor: string | undefined): Date {
  return anchor === undefined ? new Date() : new Date(anchor);
}

/** A range that ends by itself stays as it is. */
function bounded<Page extends { until?: string }>({ until, ...page }: Page) {
  return until === undefined ? page : { ...page, until };
}
