import {
  type InfiniteData,
  keepPreviousData,
  type UseInfiniteQueryResult,
  useInfiniteQuery,
} from '@tanstack/react-query';

interface PageOfRows<Row> {
  items: Row[];
  next: string | null;
}

/** Rows that the API gives page by page, with a cursor: all that were fetched so far, and the way to more. */
export function usePages<Row>(
  key: readonly unknown[],
  fetch: (cursor: string | undefined) => Promise<PageOfRows<Row>>,
  refetchMs?: number,
) {
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam }) => fetch(pageParam || undefined),
    initialPageParam: '',
    getNextPageParam: (page: PageOfRows<Row>) => page.next ?? undefined,
    refetchInterval: refetchMs,
    placeholderData: keepPreviousData,
  });
  return { query, rows: rowsOf(query), more: query.hasNextPage ? () => void query.fetchNextPage() : undefined };
}

function rowsOf<Row>(query: UseInfiniteQueryResult<InfiniteData<PageOfRows<Row>>>): Row[] {
  return query.data?.pages.flatMap((page) => page.items) ?? [];
}
