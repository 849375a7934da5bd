import type { QueryClient } from '@tanstack/react-query';
import type { ComponentType } from 'react';

export type Group = '' | 'Market' | 'Money' | 'House';

/** A hook that says how many things wait there: beside the entry at the left; undefined or 0: nothing is written. */
export type UseCount = () => number | undefined;

type Words = Record<string, string | undefined>;

/** What a page folder says of itself: `pages/<name>/page.ts` exports `pages`, a list of these. Nothing else lists pages. */
export interface PageOf {
  /** `$name` is a part that varies: `/offers/$slug`. */
  path: string;
  title: string;
  /** Where it stands at the left, if it stands there; `order` within its group. */
  nav?: { group: Group; order: number; keys?: string; useCount?: UseCount };
  load: () => Promise<{ default: ComponentType }>;
  /** Asks the API for what the page shows first, beside its code and not after it; nobody waits for it here. */
  ahead?: (queries: QueryClient, params: Words, search: Words) => void | Promise<void>;
}

const folders = import.meta.glob<{ pages: PageOf[] }>('../../pages/*/page.ts', { eager: true });

export const PAGES: PageOf[] = Object.values(folders).flatMap((folder) => folder.pages);

export const GROUPS: Group[] = ['', 'Market', 'Money', 'House'];

export function inGroup(group: Group): PageOf[] {
  return PAGES.filter((page) => page.nav?.group === group).sort((a, b) => (a.nav?.order ?? 0) - (b.nav?.order ?? 0));
}
