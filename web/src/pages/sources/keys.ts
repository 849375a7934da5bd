import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, must } from '@/api/client';

/** The test key of somebody's console, by its name: his tabs share none, for a secret is told once. */
export function consoleName(who: string): string {
  return `test console of ${who}`;
}

/** Keys that a console made before and that nobody can use any more, for their secret was kept by a tab alone. */
export function leftBehind(keys: { id: string; name: string; revoked: boolean }[], name: string): string[] {
  return keys.filter((key) => key.name === name && !key.revoked).map((key) => key.id);
}

/** The secret that this tab keeps of a source's test key: until the tab is closed, a second visit makes no second key. */
export const kept = {
  read: (source: string, who: string) => sessionStorage.getItem(place(source, who)) ?? '',
  write: (source: string, who: string, secret: string) => sessionStorage.setItem(place(source, who), secret),
  drop: (source: string, who: string) => sessionStorage.removeItem(place(source, who)),
};

function place(source: string, who: string): string {
  return `outbid-test-key ${who} ${source}`;
}

/** The keys of a source, and making and revoking them. A secret is told once, by whoever makes the key. */
export function useSourceKeys(source: string) {
  const queries = useQueryClient();
  const again = () => queries.invalidateQueries({ queryKey: ['keys'] });
  const list = useQuery({
    queryKey: ['keys', 'source', source],
    queryFn: async () =>
      (await must(api.GET('/v1/keys', { params: { query: { holder: 'source', owner: source, limit: 500 } } }))).items,
  });
  const make = useMutation({
    mutationFn: (test: boolean) =>
      must(
        api.POST('/v1/keys', { body: { holder: 'source', owner: source, name: test ? 'test key' : 'live key', test } }),
      ),
    onSuccess: again,
  });
  const makeForConsole = async (who: string): Promise<string> => {
    const name = consoleName(who);
    const old = leftBehind((await list.refetch()).data ?? [], name);
    for (const slug of old) await revoke.mutateAsync(slug);
    const made = await must(api.POST('/v1/keys', { body: { holder: 'source', owner: source, name, test: true } }));
    kept.write(source, who, made.secret);
    await again();
    return made.secret;
  };
  const revoke = useMutation({
    mutationFn: (slug: string) => must(api.DELETE('/v1/keys/{slug}', { params: { path: { slug } } })),
    onSuccess: again,
  });
  return { list, make, makeForConsole, revoke };
}
