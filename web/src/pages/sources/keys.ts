import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, must } from '@/api/client';

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
  const revoke = useMutation({
    mutationFn: (slug: string) => must(api.DELETE('/v1/keys/{slug}', { params: { path: { slug } } })),
    onSuccess: again,
  });
  return { list, make, revoke };
}
