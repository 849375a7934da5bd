import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, must, type Struct } from '@/api/client';
import { meQuery, useMe } from '@/kit/frame/me';

export type Person = Struct<'PersonTold'>;
export type Invitation = Struct<'InvitationTold'>;
export type Role = Person['role'];

export const ROLES: { value: Role; label: string }[] = [
  { value: 'viewer', label: 'Viewer' },
  { value: 'operator', label: 'Operator' },
  { value: 'owner', label: 'Owner' },
];

/** A word of a picker as the role that it is. */
export function roleOf(word: string): Role {
  return ROLES.find((role) => role.value === word)?.value ?? 'viewer';
}

/** What is handed over: the house's address, and the path of a link. */
export function addressOf(path: string): string {
  return window.location.origin + path;
}

/** The people and what an owner does to them. Who changes himself is asked anew who he is. */
export function usePeople() {
  const queries = useQueryClient();
  const me = useMe().name;
  const again = async (name?: string) => {
    await queries.invalidateQueries({ queryKey: ['people'] });
    if (name === me) await queries.invalidateQueries({ queryKey: meQuery.queryKey });
  };
  const at = (name: string) => ({ params: { path: { name } } });
  const query = useQuery({ queryKey: ['people'], queryFn: () => must(api.GET('/v1/people')) });
  const invite = useMutation({
    mutationFn: (wish: Struct<'InvitationWish'>) => must(api.POST('/v1/people/invitations', { body: wish })),
    onSuccess: () => again(),
  });
  const change = useMutation({
    mutationFn: ({ name, role }: { name: string; role: Role }) =>
      must(api.PATCH('/v1/people/{name}', { ...at(name), body: { role }, bodySerializer: JSON.stringify })),
    onSuccess: (_, { name }) => again(name),
  });
  const remove = useMutation({
    mutationFn: (name: string) => must(api.DELETE('/v1/people/{name}', at(name))),
    onSuccess: (_, name) => again(name),
  });
  const signOut = useMutation({
    mutationFn: (name: string) => must(api.DELETE('/v1/people/{name}/sign-ins', at(name))),
    onSuccess: () => again(),
  });
  const withdraw = useMutation({
    mutationFn: (name: string) => must(api.DELETE('/v1/people/invitations/{name}', at(name))),
    onSuccess: () => again(),
  });
  const reset = useMutation({
    mutationFn: ({ name, codes }: { name: string; codes: boolean }) =>
      must(api.POST('/v1/people/{name}/reset', { ...at(name), body: { codes } })),
    onSuccess: () => again(),
  });
  return { query, invite, change, remove, signOut, withdraw, reset };
}
