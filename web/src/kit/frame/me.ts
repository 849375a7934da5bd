import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { createContext, useContext } from 'react';
import { api, carry, Fault, type Me, must, type Struct } from '@/api/client';
import { speakZone } from '../words/time';

/** That somebody signed in on this browser. Without it the exchange is not asked who: the answer would be a refusal. */
const SIGNED_IN = 'outbid-signed-in';

export function isSignedIn(): boolean {
  return localStorage.getItem(SIGNED_IN) !== null;
}

/** Who is signed in; nobody is null. */
export const meQuery = queryOptions({
  queryKey: ['me'],
  staleTime: Number.POSITIVE_INFINITY,
  retry: false,
  queryFn: async (): Promise<Me | null> => {
    if (!isSignedIn()) return null;
    try {
      const me = await must(api.GET('/v1/session'));
      carry(me);
      return me;
    } catch (error) {
      if (error instanceof Fault && error.status === 401) return null;
      throw error;
    }
  },
});

/** How the house counts: its zones and currencies. Every instant is written in its zone from then on. */
export const houseQuery = queryOptions({
  queryKey: ['house'],
  staleTime: 60_000,
  queryFn: async () => {
    const { house } = await must(api.GET('/v1/me'));
    speakZone(house.zone);
    return house;
  },
});

const Signed = createContext<Me | null>(null);

/** Around everything that is seen by who is signed in. */
export const MeProvider = Signed.Provider;

/** Who is signed in, on pages that nobody else sees. */
export function useMe(): Me {
  const me = useContext(Signed);
  if (!me) throw new Error('Nobody is signed in.');
  return me;
}

export type Right = Me['rights'][number];

/** May whoever is signed in do this? What he may not do is not offered to him. */
export function useMay(right: Right): boolean {
  return useMe().rights.includes(right);
}

export function useMayWrite(): boolean {
  return useMay('change');
}

/** That somebody signed in here, by whatever door: the next page asks the exchange who. */
export function rememberSignedIn(): void {
  localStorage.setItem(SIGNED_IN, 'yes');
}

export function useSignIn() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (wish: Struct<'Login'>) => must(api.POST('/v1/session', { body: wish })),
    onSuccess: (me) => {
      carry(me);
      rememberSignedIn();
      queries.setQueryData(meQuery.queryKey, me);
    },
  });
}

export function useSignOut() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => must(api.DELETE('/v1/session')),
    onSettled: () => {
      localStorage.removeItem(SIGNED_IN);
      queries.setQueryData(meQuery.queryKey, null);
      queries.removeQueries({ predicate: (query) => query.queryKey[0] !== 'me' });
    },
  });
}
