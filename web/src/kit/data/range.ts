import { type QueryClient, queryOptions, useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useRef, useState } from 'react';

/** Rows by their places in a list that may be very long: those in sight are there, of the others only how many. */
export interface Range<Row> {
  count: number;
  at: (index: number) => Row | undefined;
  /** Where to begin: this row is the first in sight. Another object goes there again. */
  begin?: { index: number };
  /** These are in sight now, so they are fetched. */
  see?: (first: number, last: number) => void;
  /** Keys went on behind the last row (1) or before the first (-1): on which row they stand then, if there is more. */
  past?: (step: number) => number | undefined;
}

export interface PageAsked {
  skip: number;
  limit: number;
  /** As of when: rows that came later are not among them, so none moves. */
  until?: string;
  signal?: AbortSignal;
}

export interface PageFound<Row> {
  items: Row[];
  next: string | null;
  as_of: string;
}

/** Rows that are fetched at once. */
export const PAGE = 100;
/** Rows beside those in sight that are fetched as well. */
const BESIDE = 30;
/** For so long pages that went out of sight are kept. */
const KEPT_MS = 60_000;
/** For so long what was asked for ahead waits for its page. */
export const AHEAD_MS = 5_000;
/** The API passes over no more rows than this. */
export const MOST = 100_000;
/** A scrollbar that is dragged passes pages that nobody looks at. */
const SETTLED_MS = 40;

export interface Wanted<Row> {
  /** What the list depends on: filters and order. */
  key: readonly unknown[];
  fetch: (asked: PageAsked) => Promise<PageFound<Row>>;
  /** As of when, where the address says so; else as of when it is opened. */
  asOf: string | undefined;
  /** The first row that is looked at. */
  begin: number;
}

/** The row that the address begins with, from 0 on. */
export function beginOf(text: string | undefined): number {
  const row = Number(text ?? 1);
  return Number.isInteger(row) ? Math.max(0, Math.min(row, MOST) - 1) : 0;
}

/** Opens a list: the instant that it is of, and with it the first rows that are looked at. */
function openedQuery<Row>(queries: QueryClient, { key, fetch, begin }: Wanted<Row>) {
  return queryOptions({
    queryKey: [...key, 'opened'],
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    queryFn: async ({ signal }) => {
      const at = Math.floor(begin / PAGE);
      const page = await fetch({ skip: at * PAGE, limit: PAGE, signal });
      queries.setQueryData([...key, page.as_of, at], page);
      return page.as_of;
    },
  });
}

/** Opens a list before its page is there to show it. */
export function openAhead<Row>(queries: QueryClient, list: Wanted<Row>): void {
  if (list.asOf === undefined) void queries.prefetchQuery({ ...openedQuery(queries, list), gcTime: AHEAD_MS });
}

/** A list opened at an instant, page by page as it is looked at. */
export function useRange<Row>(list: Wanted<Row>) {
  const { key, fetch, asOf, begin } = list;
  const queries = useQueryClient();
  const [seen, see] = useSeen(key, begin);
  const opened = useQuery({
    ...openedQuery(queries, list),
    enabled: asOf === undefined,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  const anchor = asOf ?? opened.data;
  const wanted = pagesOf(seen);
  const found = useQueries({
    queries: wanted.map((at) => ({
      queryKey: [...key, anchor, at],
      enabled: anchor !== undefined,
      gcTime: KEPT_MS,
      queryFn: ({ signal }: { signal: AbortSignal }) => fetch({ skip: at * PAGE, limit: PAGE, until: anchor, signal }),
    })),
  });
  const pages = new Map(wanted.map((at, place) => [at, found[place]?.data]));
  const failed = [opened, ...found].find((query) => query.isError);
  const isReady = [...pages.values()].some(Boolean);
  // What was seen before stays, dimmed, until the first rows of another list are there.
  const held = useRef<Pages<Row>>(undefined);
  if (isReady) held.current = pages;
  return {
    anchor,
    pages: isReady ? pages : held.current,
    see,
    isLate: !isReady,
    error: failed?.error,
    retry: () => void failed?.refetch(),
    /** Opens the list anew: what came since is among its rows then. */
    reopen: async () => {
      const page = await fetch({ skip: 0, limit: PAGE });
      queries.setQueryData([...key, page.as_of, 0], page);
      queries.setQueryData([...key, 'opened'], page.as_of);
    },
  };
}

export type Pages<Row> = Map<number, PageFound<Row> | undefined>;

/** Which rows are in sight, once the scrollbar rests; another list begins where it is told to. */
function useSeen(key: readonly unknown[], begin: number) {
  const name = JSON.stringify(key);
  const start = { name, first: begin, last: begin + 40 };
  const [kept, setKept] = useState(start);
  const timer = useRef(0);
  const see = useCallback(
    (first: number, last: number) => {
      window.clearTimeout(timer.current);
      timer.current = window.setTimeout(() => setKept({ name, first, last }), SETTLED_MS);
    },
    [name],
  );
  return [kept.name === name ? kept : start, see] as const;
}

/** The pages in which these rows stand. */
export function pagesOf({ first, last }: { first: number; last: number }): number[] {
  const from = Math.max(0, Math.floor((first - BESIDE) / PAGE));
  const to = Math.min(Math.floor((last + BESIDE) / PAGE), MOST / PAGE - 1);
  return Array.from({ length: Math.max(1, to - from + 1) }, (_, place) => Math.min(from, to) + place);
}

/** How many rows there are, as far as it is known: where a page ends the list, what was counted, or what was seen. */
export function lengthOf(pages: Pages<unknown>, begin: number, total: number | undefined): number {
  let least = begin > 0 ? begin + PAGE : 0;
  for (const [at, page] of pages) {
    if (page && page.next === null && (page.items.length > 0 || at === 0)) return at * PAGE + page.items.length;
    if (page?.next) least = Math.max(least, (at + 1) * PAGE);
  }
  return Math.min(total ?? least, MOST);
}
