import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, must, type Struct } from '@/api/client';

export type Key = Struct<'KeyRow'>;
export type Holder = Key['holder'];
export type Secret = Struct<'SecretRow'>;

export const HOLDERS: { value: Holder; label: string }[] = [
  { value: 'source', label: 'Source' },
  { value: 'seller', label: 'Seller' },
  { value: 'buyer', label: 'Buyer' },
  { value: 'house', label: 'House' },
];

/** What ends when a key is revoked, in words. */
export function whatBreaks(key: Pick<Key, 'id' | 'holder' | 'owner' | 'test'>): string {
  const ends: Record<Holder, string> = {
    source: `${key.test ? 'Test leads' : 'Leads'} that ${key.owner} sends with it are refused at once.`,
    seller: `Whatever ${key.owner} reads with it, his leads, money and instructions, is closed to it at once.`,
    buyer: `Whatever ${key.owner} asks with it, leads, returns and offers, is refused at once.`,
    house: 'Every program that works for the house with it is refused at once.',
  };
  return `Revoke the key ${key.id}? ${ends[key.holder]} Nothing brings it back.`;
}

/** Every key that there is: the API gives them page by page. */
async function allKeys(): Promise<Key[]> {
  const found: Key[] = [];
  let cursor: string | undefined;
  do {
    const page = await must(api.GET('/v1/keys', { params: { query: { limit: 500, cursor } } }));
    found.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor);
  return found;
}

export function useAllKeys() {
  const queries = useQueryClient();
  const again = () => queries.invalidateQueries({ queryKey: ['keys'] });
  const list = useQuery({ queryKey: ['keys', 'all'], queryFn: allKeys });
  const make = useMutation({
    mutationFn: (wish: Struct<'KeyWish'>) => must(api.POST('/v1/keys', { body: wish })),
    onSuccess: again,
  });
  const revoke = useMutation({
    mutationFn: (slug: string) => must(api.DELETE('/v1/keys/{slug}', { params: { path: { slug } } })),
    onSuccess: again,
  });
  return { list, make, revoke };
}

export function useSecrets() {
  const queries = useQueryClient();
  const again = () => queries.invalidateQueries({ queryKey: ['secrets'] });
  const list = useQuery({ queryKey: ['secrets'], queryFn: () => must(api.GET('/v1/secrets')) });
  const set = useMutation({
    mutationFn: ({ name, value }: { name: string; value: string }) =>
      must(api.PUT('/v1/secrets/{name}', { params: { path: { name } }, body: { value } })),
    onSuccess: again,
  });
  const remove = useMutation({
    mutationFn: (name: string) => must(api.DELETE('/v1/secrets/{name}', { params: { path: { name } } })),
    onSuccess: again,
  });
  return { list, set, remove };
}
