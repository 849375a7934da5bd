import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { send } from '@/api/client';
import type { Kept, Plural } from './nouns';

/** How many are asked for in one request: an address of so many slugs passes every proxy. */
const MOST = 150;
const FRESH_MS = 300_000;

/** What nouns are called, by kind and slug. Cells of tables ask by the hundred, so this is a map and no query for each. */
const known = new Map<string, { name: string; at: number }>();
const listeners = new Set<() => void>();
let wanted = new Map<Plural, Set<string>>();
/** What is on its way is not asked for again. */
const asked = new Set<string>();

/** Names that came with something else are known as well. */
export function learn(plural: Plural, names: Iterable<[slug: string, name: string]>): void {
  for (const [slug, name] of names) known.set(`${plural}/${slug}`, { name, at: Date.now() });
  for (const listener of listeners) listener();
}

/** What a noun is called; its slug until that is known, where it has no name, or where it is gone. */
export function useName(plural: Plural, slug: string): string {
  useEffect(() => wantNames(plural, [slug]), [plural, slug]);
  return useSyncExternalStore(listen, () => called(plural, slug));
}

/** The same of several. */
export function useNames(plural: Plural, slugs: string[]): Record<string, string> {
  const all = [...new Set(slugs)].join('\n');
  useEffect(() => wantNames(plural, all.split('\n')), [plural, all]);
  const names = useSyncExternalStore(listen, () =>
    all
      .split('\n')
      .map((slug) => called(plural, slug))
      .join('\n'),
  );
  return useMemo(() => {
    const found = names.split('\n');
    return Object.fromEntries(all.split('\n').map((slug, at) => [slug, found[at] ?? slug]));
  }, [all, names]);
}

function called(plural: Plural, slug: string): string {
  return known.get(`${plural}/${slug}`)?.name ?? slug;
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Asks for names that will be shown, as far as they are not known. What is asked for in one moment travels together. */
export function wantNames(plural: Plural, slugs: string[]): void {
  const since = Date.now() - FRESH_MS;
  const isMissing = (key: string) => !asked.has(key) && (known.get(key)?.at ?? 0) < since;
  const missing = slugs.filter((slug) => slug && isMissing(`${plural}/${slug}`));
  if (missing.length === 0) return;
  if (wanted.size === 0) setTimeout(ask);
  const together = wanted.get(plural) ?? new Set();
  for (const slug of missing) together.add(slug);
  wanted.set(plural, together);
}

function ask(): void {
  const now = wanted;
  wanted = new Map();
  for (const [plural, slugs] of now) {
    const all = [...slugs].sort();
    for (let at = 0; at < all.length; at += MOST) void fetched(plural, all.slice(at, at + MOST));
  }
}

async function fetched(plural: Plural, slugs: string[]): Promise<void> {
  const query = { slugs: slugs.join(','), limit: MOST };
  const keys = slugs.map((slug) => `${plural}/${slug}`);
  for (const key of keys) asked.add(key);
  const found = await send<{ items: Kept[] }>('GET', `/v1/${plural}`, { query }).catch(() => null);
  for (const key of keys) asked.delete(key);
  if (!found) return; // They stay slugs, and are asked for again by whatever shows them next.
  const names = new Map(found.body.items.map(({ noun }) => [noun.slug, String(noun.name || noun.slug)]));
  learn(
    plural,
    slugs.map((slug) => [slug, names.get(slug) ?? slug]),
  );
}
