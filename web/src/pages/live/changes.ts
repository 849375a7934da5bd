import { useQuery } from '@tanstack/react-query';
import { api, must, type Struct } from '@/api/client';
import type { Mark } from '@/kit/draw/Chart';

type Change = Struct<'Change'>;

const LOOK_MS = 15_000;
/** More versions than these in a quarter of an hour, or more nouns of one, are told by their number. */
const MOST_VERSIONS = 20;
const MOST_NOUNS = 3;
const MOST_CHANGES = 200;

/** Changes of the market since an instant (ISO), each version one mark. */
export function useChanges(since: string): Mark[] {
  const versions = useQuery({
    queryKey: ['versions', 'latest'],
    refetchInterval: LOOK_MS,
    queryFn: async () => (await must(api.GET('/v1/versions', { params: { query: { limit: MOST_VERSIONS } } }))).items,
  });
  const first = versions.data?.findLast((version) => version.at >= since)?.number;
  const changes = useQuery({
    queryKey: ['changes', first, versions.data?.[0]?.number],
    enabled: first !== undefined,
    queryFn: async () => {
      const query = { after: (first ?? 1) - 1, order: 'newest' as const, limit: MOST_CHANGES };
      return (await must(api.GET('/v1/changes', { params: { query } }))).items;
    },
  });
  return first === undefined ? NONE : marksOf(changes.data ?? NO_CHANGES);
}

const NONE: Mark[] = [];
const NO_CHANGES: Change[] = [];

/** A mark for each version: who did it, and to what. */
export function marksOf(changes: Change[]): Mark[] {
  const versions = new Map<number, Change[]>();
  for (const change of changes) versions.set(change.version, [...(versions.get(change.version) ?? []), change]);
  return [...versions].map(([version, of]) => ({
    key: String(version),
    at: Date.parse(of[0]?.at ?? '') / 1000,
    title: `Version ${version} by ${of[0]?.by}: ${spoken(of)}`,
    href: `/changes/${version}`,
  }));
}

function spoken(changes: Change[]): string {
  const named = changes.slice(0, MOST_NOUNS).map(({ kind, slug, before, after }) => {
    const what = before === null ? 'new' : after === null ? 'removed' : 'changed';
    return `${kind} ${slug} ${what}`;
  });
  const more = changes.length - named.length;
  return more ? `${named.join(', ')} and ${more} more` : named.join(', ');
}
